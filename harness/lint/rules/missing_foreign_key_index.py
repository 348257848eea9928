"""Missing foreign-key index: a deletion of the referenced row reads the whole referencing table."""

from collections.abc import Iterator

from harness.lint.finding import Finding
from harness.lint.names import sql_name
from harness.lint.schema import ForeignKey, Index, Schema

_ROWS = 1000


def find(schema: Schema) -> Iterator[Finding]:
    for key in schema.foreign_keys:
        if any(_serves(index, key) for index in schema.indexes_of(key.table)):
            continue
        rows = schema.tables[key.table].rows
        yield Finding(
            rule="missing_foreign_key_index",
            table=key.table,
            subject=key.name,
            advice="make" if rows is None or rows >= _ROWS else "look",
            seen=f"ON DELETE {key.on_delete}: each row deleted from {key.referenced} reads all of {key.table}"
            + ("" if rows is None else f" (about {rows:,.0f} rows)"),
            remedy=f"CREATE INDEX CONCURRENTLY ON {sql_name(key.table)} ({', '.join(map(sql_name, key.columns))});",
        )


def _serves(index: Index, key: ForeignKey) -> bool:
    """A predicate that only leaves NULLs out does no harm: they reference nothing."""
    whole = index.predicate is None or index.predicate in {f"({column} IS NOT NULL)" for column in key.columns}
    return whole and index.method in ("btree", "hash") and index.leads_with(key.columns)
