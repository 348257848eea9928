"""Low selectivity: an index on one column of which each value, or nearly each row's, stands in very many rows."""

from collections.abc import Iterator

from harness.lint.finding import Finding
from harness.lint.names import sql_name
from harness.lint.schema import Column, Index, Schema

#: Where a value stands in more rows, nearly every page holds one.
_SHARE = 0.05
#: Smaller tables are read whole in any case.
_ROWS = 1000


def find(schema: Schema) -> Iterator[Finding]:
    for index in schema.indexes:
        if (column := _only_column(index, schema)) is None or (schema.tables[index.table].rows or 0) < _ROWS:
            continue
        if _values_known(column) and (seen := _seen(column)):
            yield Finding(
                rule="low_selectivity",
                table=index.table,
                subject=index.name,
                advice="look",
                seen=f"{seen}; {index.scans:,} scans",
                remedy=_remedy(index, column),
                bytes=index.bytes,
            )


def _only_column(index: Index, schema: Schema) -> Column | None:
    plain = index.is_valid and index.method == "btree" and index.predicate is None and not index.is_unique
    name = index.columns[0] if plain and len(index.columns) == 1 else None
    return schema.tables[index.table].columns.get(name) if name else None


def _values_known(column: Column) -> bool:
    """Whether ANALYZE's most common values are all there are."""
    return bool(column.common) and not column.histogram and column.distinct == len(column.common)


def _seen(column: Column) -> str | None:
    value, rarest = column.common[-1]
    if rarest >= _SHARE:
        return (
            f"{len(column.common)} values, the rarest ({value}) in {rarest:.0%} of the rows: none is found faster by it"
        )
    usual, share = column.common[0]
    if share >= 1 - _SHARE:
        return f"{share:.0%} of its entries say {usual}, by which nobody gains: a partial index on the rest would do"
    return None


def _remedy(index: Index, column: Column) -> str:
    drop = f"DROP INDEX CONCURRENTLY {sql_name(index.name)};"
    if column.common[-1][1] >= _SHARE:
        return drop
    usual = column.common[0][0].replace("'", "''")
    return f"{drop} -- CREATE INDEX … WHERE {sql_name(column.name)} <> '{usual}'"
