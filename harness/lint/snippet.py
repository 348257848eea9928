"""Snippets: a candidate as a variant, ready for `chatbench compare` to measure on a clone."""

from dataclasses import asdict, dataclass
from typing import Any

from harness.lint.candidate import Candidate


@dataclass(frozen=True, kw_only=True, slots=True)
class Snippet:
    """Two small files."""

    #: The variant's, which is that of its file too.
    name: str
    toml: str
    #: Where the SQL goes, from the variant's `sql` folder on.
    sql_path: str
    sql: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def snippet(candidate: Candidate, extends: str = "baseline") -> Snippet:
    """`extends` names the variant that is the audited schema."""
    what = ", ".join(key.sql for key in candidate.keys) + (
        f" where {candidate.predicate}" if candidate.predicate else ""
    )
    lines = [
        f'summary = "{extends} with an index on {candidate.table} ({what})."',
        'factor = "audited_index"',
        f'question = "What is an index on {candidate.table} ({what}) worth?"',
        f'extends = "{extends}"',
        f'adds.indexes.{candidate.name} = "plain"',
    ]
    if candidate.replaces:
        names = ", ".join(f'"{name}"' for name in candidate.replaces)
        lines.append(f"removes.indexes = [{names}]")
    told = "; ".join(f"{operation}: {gain}" for operation, gain in list(candidate.gains.items())[:2])
    return Snippet(
        name=f"with_{candidate.name}",
        toml="\n".join(lines) + "\n",
        sql_path=f"indexes/{candidate.name}/plain.sql",
        sql=f"-- Suggested by an audit: {told}.\n{candidate.sql}\n",
    )
