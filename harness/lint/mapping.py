"""A mapping: which SQL each of the user's operations runs, read from a TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot.errors import SqlglotError

from harness.lint.errors import MappingError
from harness.lint.query_shape import is_select

_KEYS = {"sql", "file", "parameters"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One statement with the values of one call."""

    name: str
    sql: str
    #: $1 and so on; None: each is taken from the statistics of the column that it is compared with.
    parameters: tuple[Any, ...] | None = None

    @property
    def only_reads(self) -> bool:
        return is_select(self.sql)


def read_mapping(path: Path) -> list[Operation]:
    """Each operation of the file. Raises MappingError."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(path.name, "file", f"cannot be read ({error})", "a TOML file") from error
    operations = content.get("operations")
    if not isinstance(operations, dict) or not operations:
        raise MappingError(path.name, "operations", "missing", '[operations.NAME] with sql = "SELECT …"')
    return [_operation(path, name, table) for name, table in operations.items()]


def _operation(path: Path, name: str, table: Any) -> Operation:
    key = f"operations.{name}"
    if not isinstance(table, dict) or (unknown := set(table) - _KEYS):
        raise MappingError(path.name, key, f"has {', '.join(sorted(unknown))}", f"keys {', '.join(sorted(_KEYS))}")
    sql = _sql(path, key, table)
    parameters = table.get("parameters")
    if parameters is not None and not isinstance(parameters, list):
        raise MappingError(path.name, f"{key}.parameters", "is no list", "one value for each of $1, $2 …")
    _require_one_statement(path, key, sql)
    return Operation(name=name, sql=sql, parameters=None if parameters is None else tuple(map(_value, parameters)))


def _sql(path: Path, key: str, table: Mapping[str, Any]) -> str:
    if isinstance(table.get("sql"), str):
        return str(table["sql"]).strip().rstrip(";")
    try:
        return (path.parent / str(table["file"])).read_text(encoding="utf-8").strip().rstrip(";")
    except (KeyError, OSError) as error:
        raise MappingError(
            path.name, key, f"has no SQL ({error})", 'sql = "…", or file = "query.sql" beside it'
        ) from None


def _require_one_statement(path: Path, key: str, sql: str) -> None:
    try:
        statements = [one for one in sqlglot.parse(sql, read="postgres") if one is not None]
    except SqlglotError as error:
        told = str(error).splitlines()[0]
        raise MappingError(
            path.name, f"{key}.sql", f"cannot be parsed ({told})", "PostgreSQL's SQL with $1, $2 …"
        ) from None
    if len(statements) != 1 or statements[0].key not in ("select", "union", "insert", "update", "delete"):
        raise MappingError(path.name, f"{key}.sql", "is not one SELECT, INSERT, UPDATE or DELETE", "one statement")


def _value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
