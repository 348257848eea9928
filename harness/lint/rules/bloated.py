"""Bloated: a B-tree several times as large as its entries need, by an estimate from their mean width."""

from collections.abc import Iterator

from harness.lint.finding import Finding
from harness.lint.names import sql_name
from harness.lint.schema import Index, Schema

#: Beyond twice the need, splits and dead entries explain more than the estimate's own error.
_TIMES = 2.0
_WASTED_BYTES = 1024 * 1024
_PAGE_BYTES = 8192
#: Page header and B-tree's special space (src/include/storage/bufpage.h, access/nbtree.h).
_OVERHEAD_BYTES = 24 + 16
#: An index tuple's header and its line pointer (access/itup.h, storage/itemid.h).
_ENTRY_BYTES = 8 + 4
_ALIGN_BYTES = 8


def find(schema: Schema) -> Iterator[Finding]:
    for index in schema.indexes:
        needed = needed_bytes(index, schema)
        if needed is None or index.bytes < _TIMES * needed or index.bytes - needed < _WASTED_BYTES:
            continue
        yield Finding(
            rule="bloated",
            table=index.table,
            subject=index.name,
            advice="rebuild",
            seen=f"about {index.bytes / needed:.1f} × what its {index.entries:,.0f} entries need (an estimate)",
            remedy=f"REINDEX INDEX CONCURRENTLY {sql_name(index.name)};",
            bytes=round(index.bytes - needed),
        )


def needed_bytes(index: Index, schema: Schema) -> float | None:
    """Without deduplication, so never too little; None where entries or widths are unknown."""
    columns = schema.tables[index.table].columns
    parts = [columns.get(name) if name else None for name in (*index.columns, *index.included)]
    widths = [part.width_bytes for part in parts if part is not None and part.width_bytes is not None]
    if not index.is_valid or index.method != "btree" or len(widths) < len(parts) or not index.entries:
        return None
    entry = _ENTRY_BYTES + -(-sum(widths) // _ALIGN_BYTES) * _ALIGN_BYTES
    per_page = (_PAGE_BYTES - _OVERHEAD_BYTES) * index.fill_factor / 100
    return (1 + index.entries * entry / per_page) * _PAGE_BYTES
