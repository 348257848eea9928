"""Snippets: a candidate as a variant's folder, ready for `chatbench compare` to measure on a clone."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.lint.candidate import Candidate
from harness.lint.errors import AuditError

_NAME_LETTERS = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Snippet:
    """A folder of two small files."""

    #: The folder's, which is the variant's too.
    name: str
    #: variant.toml
    toml: str
    #: Where the SQL is in the folder.
    sql_path: str
    sql: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def snippets(candidates: list[Candidate], extends: str = "baseline") -> list[Snippet]:
    """In the candidates' order; `extends` names the variant that is the audited schema."""
    return [_snippet(number, candidate, extends) for number, candidate in enumerate(candidates, 1)]


def _snippet(number: int, candidate: Candidate, extends: str) -> Snippet:
    where = f" where {candidate.predicate}" if candidate.predicate else ""
    what = f"{candidate.table} ({', '.join(key.sql for key in candidate.keys)}){where}"
    lines = [
        f'summary = "{extends} with an index on {what}."',
        'factor = "secondary_indexes"',
        f'question = "What is an index on {what} worth?"',
        f'extends = "{extends}"',
    ]
    if candidate.replaces:
        names = ", ".join(f'"{name}"' for name in candidate.replaces)
        lines.append(f"removes.indexes = [{names}]")
    gains = list(dict.fromkeys(candidate.gains.values()))
    return Snippet(
        name=re.sub(r"[^a-z0-9_]", "_", f"try{number}_{candidate.table}".lower())[:_NAME_LETTERS],
        toml="\n".join(lines) + "\n",
        sql_path=f"indexes/{candidate.name}.sql",
        sql=f"-- Suggested by an audit: {'; '.join(gains[:2])}.\n{candidate.sql}\n",
    )


def write(snippet: Snippet, directory: Path) -> Path:
    """The folder. Raises AuditError where one of that name is there."""
    folder = directory / snippet.name
    if folder.exists():
        raise AuditError(
            f"{folder} is there already, so no variant was written into it. Remove it, or say another --write."
        )
    (folder / snippet.sql_path).parent.mkdir(parents=True)
    (folder / "variant.toml").write_text(snippet.toml, encoding="utf-8")
    (folder / snippet.sql_path).write_text(snippet.sql, encoding="utf-8")
    return folder
