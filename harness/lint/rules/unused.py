"""Unused: no query has read it since the counters began, no rule stands on it, no foreign key looks through it."""

from collections.abc import Iterator
from datetime import timedelta

from harness.lint.finding import Advice, Finding
from harness.lint.names import sql_name
from harness.lint.schema import Index, Schema

#: Jobs of a month's end would not show in less.
_ENOUGH = timedelta(days=35)


def find(schema: Schema) -> Iterator[Finding]:
    for index in schema.indexes:
        if index.is_valid and not _is_needed(index, schema):
            yield Finding(
                rule="unused",
                table=index.table,
                subject=index.name,
                advice=_advice(index, schema),
                seen=_seen(index, schema),
                remedy=f"DROP INDEX CONCURRENTLY {sql_name(index.name)};",
                bytes=index.bytes,
            )


def _is_needed(index: Index, schema: Schema) -> bool:
    return bool(
        index.scans
        or index.planned_by
        or index.is_unique
        or index.is_constraint
        or any(key.table == index.table and index.leads_with(key.columns) for key in schema.foreign_keys)
    )


def _advice(index: Index, schema: Schema) -> Advice:
    asked = schema.tables[index.table].scans > 0
    return "drop" if asked and schema.counted_for is not None and schema.counted_for >= _ENOUGH else "look"


def _seen(index: Index, schema: Schema) -> str:
    scans = schema.tables[index.table].scans
    if not scans:
        return f"0 scans in {age(schema.counted_for)}, but nothing has asked {index.table} at all: no evidence yet"
    return f"0 scans in {age(schema.counted_for)}, while {index.table} was scanned {scans:,} times"


def age(counted_for: timedelta | None) -> str:
    """How long the counters have been running, in words."""
    if counted_for is None:
        return "counters that were never reset"
    if counted_for >= timedelta(days=2):
        return f"{counted_for.days} days"
    hours = counted_for / timedelta(hours=1)
    return f"{hours:.0f} h" if hours >= 1 else f"{hours * 60:.0f} min"
