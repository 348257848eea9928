"""SQL's errors at their place: the file and the line of what PostgreSQL refuses, or of what breaks a contract."""

from __future__ import annotations

import re
from typing import Any

import asyncpg

from reference_server.contracts import Contract
from reference_server.errors import BrokenSql
from reference_server.variant import SQL, VARIANTS, SqlFile, Variant
from reference_server.variant_file import KINDS


def refused(sql: SqlFile, error: asyncpg.PostgresError, *, so: str, variant: Variant | None = None) -> BrokenSql:
    """PostgreSQL's error in a variant's SQL, with what follows from it ("so nothing was built")."""
    told: Any = error
    details = [text.strip().rstrip(".") for text in (told.detail, told.hint, _inside(told)) if text]
    problem = f"{type(error).__name__}: {told.message or error}, {so}"
    remedy = ". ".join([*details, _remedy(sql, variant)])
    return BrokenSql(sql.path, _line(sql.text, told), problem, remedy)


def _remedy(sql: SqlFile, variant: Variant | None) -> str:
    if variant is None or variant.file.parent == VARIANTS or not sql.path.is_relative_to(SQL):
        return "Correct the SQL, and run the command again."
    kind = next((kind for kind in KINDS if sql in getattr(variant, kind).values()), "queries")
    own = variant.file.parent / kind / f"{sql.name}.sql"
    leave_out = f', or leave it out with removes.{kind} = ["{sql.name}"]' if kind not in ("tables", "queries") else ""
    return (
        f"It is {variant.extends}'s SQL said in your names, and needs what your schema lacks: correct the names in "
        f"{variant.file}, or write {own}{leave_out}."
    )


def breaks_contract(sql: SqlFile, slot: str, contract: Contract, problem: str) -> BrokenSql:
    """A statement that runs, but not as its operation needs it."""
    return BrokenSql(
        sql.path, _first_line(sql.text), f"{problem}, so {slot} cannot use it", f"{slot} {contract}. Give it these."
    )


def _line(text: str, error: Any) -> int | None:
    """Where PostgreSQL says it is; without that, the first line that has the name it quotes, or a lone statement's."""
    if error.position:
        return text.count("\n", 0, int(error.position) - 1) + 1
    for name in re.findall(r'"([^"]+)"', error.message or ""):
        for number, line in enumerate(text.split("\n"), 1):
            if re.search(rf"\b{re.escape(name)}\b", line.split("--", 1)[0]):
                return number
    return _first_line(text) if text.count(";") <= 1 else None


def _inside(error: Any) -> str | None:
    """The place in a body between dollars, which has no position of its own."""
    return None if error.position else error.context


def _first_line(text: str) -> int:
    """The first line that is no comment."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("--"):
            return number
    return 1
