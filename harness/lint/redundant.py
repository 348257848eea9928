"""Redundant: which indexes say the same as another, or only its beginning; the two rules share this look."""

from collections.abc import Iterator

from harness.evidence.index_shapes import redundancies
from harness.lint.finding import Finding
from harness.lint.names import sql_name
from harness.lint.schema import Schema


def findings_of(schema: Schema, kind: str, consequence: str) -> Iterator[Finding]:
    """Of the valid indexes, those that are a `kind` ("duplicate", "prefix") of another."""
    valid = {index.name: index for index in schema.indexes if index.is_valid}
    for name, what in redundancies({name: index.shape for name, index in valid.items()}).items():
        if what.startswith(kind) and not valid[name].is_constraint:
            index, other = valid[name], what.removeprefix(f"{kind} of ")
            yield Finding(
                rule=kind,
                table=index.table,
                subject=name,
                advice="drop",
                seen=f"{what}, {consequence}; {index.scans:,} scans would move to {other}",
                remedy=f"DROP INDEX CONCURRENTLY {sql_name(name)};",
                bytes=index.bytes,
            )
