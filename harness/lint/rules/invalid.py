"""Invalid: what a failed CREATE INDEX CONCURRENTLY leaves behind is written to and never read."""

from collections.abc import Iterator

from harness.lint.finding import Finding
from harness.lint.names import sql_name
from harness.lint.schema import Schema


def find(schema: Schema) -> Iterator[Finding]:
    for index in schema.indexes:
        if not index.is_valid and not index.is_building:
            yield Finding(
                rule="invalid",
                table=index.table,
                subject=index.name,
                advice="rebuild",
                seen="not valid: a concurrent build failed, so every write may pay for it and no query can use it",
                remedy=f"REINDEX INDEX CONCURRENTLY {sql_name(index.name)};",
                bytes=index.bytes,
            )
