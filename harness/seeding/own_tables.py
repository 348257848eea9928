"""Own tables: where each of a dataset's columns goes in a variant's own schema, looked at before a row is copied."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from datasets.columns import JSON_COLUMNS
from datasets.message_ids import MessageIds, schema_of
from reference_server.errors import BrokenVariant
from reference_server.variant import Variant

#: The chat's tables, in the order in which their rows are copied.
TABLES = ("users", "conversations", "messages", "blocks")
#: What COPY's bytes of a kind of column can fill.
_TYPES: Mapping[str, tuple[str, ...]] = {
    "fixed_size_binary[16]": ("uuid",),
    "timestamp[us, tz=UTC]": ("timestamptz", "timestamp"),
    "string": ("text", "varchar", "bpchar"),
    "int32": ("int4",),
    "int64": ("int8",),
    "bool": ("bool",),
    "json": ("jsonb",),
}
_COLUMNS = """
SELECT attname::text AS name, atttypid::regtype::oid AS type_id, t.typname::text AS type,
    attnotnull AND NOT atthasdef AND attidentity = '' AND attgenerated = '' AS needed
FROM pg_attribute JOIN pg_type AS t ON t.oid = atttypid
WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
#: The column that numbered messages have beside the dataset's own.
_CLIENT_ID = "client_id"


def columns_into(variant: Variant, table: str) -> dict[str, str | None]:
    """The dataset's column → the schema's; None is not copied."""
    names = schema_of(table, MessageIds(variant.identifiers.messages)).names
    return {name: variant.names.column(table, name) for name in names}


async def check_tables(connection: Any, variant: Variant) -> None:
    """Raises BrokenVariant for a table, column or type that the dataset's rows cannot go into."""
    for table in TABLES:
        await _check(connection, variant, table)


async def _check(connection: Any, variant: Variant, table: str) -> None:
    own = variant.names.table(table)
    there = {row["name"]: row for row in await connection.fetch(_COLUMNS, '"' + own + '"')}
    if not there:
        raise BrokenVariant(
            variant.file,
            f"names.tables.{table}",
            f"tables/ made no table {own!r}, so the dataset's {table} have nowhere to go; expected a CREATE TABLE in "
            f"tables/{table}.sql, or the name that it has there.",
        )
    schema = schema_of(table, MessageIds(variant.identifiers.messages))
    into = columns_into(variant, table)
    for name, column in into.items():
        if column is not None:
            _fits(variant, table, name, column, there, _kind(table, name, schema))
    filled = set(into.values())
    if lacking := [name for name, row in there.items() if row["needed"] and name not in filled]:
        raise BrokenVariant(
            variant.file,
            f"names.columns.{table}",
            f"{own}.{lacking[0]} is NOT NULL without a default, and the dataset has nothing for it; expected a "
            "default, or NOT NULL set by a file in derived/ that fills it.",
        )


def _fits(variant: Variant, table: str, name: str, column: str, there: Mapping[str, Any], kind: str) -> None:
    key, own = f"names.columns.{table}.{name}", variant.names.table(table)
    if column not in there:
        near = get_close_matches(column, there, n=3) or list(there)
        raise BrokenVariant(
            variant.file,
            key,
            f"{own} has no column {column!r} for the dataset's {table}.{name}; expected one such as "
            f"{', '.join(near)}, or false where the schema has none.",
        )
    if there[column]["type"] not in _TYPES[kind]:
        raise BrokenVariant(
            variant.file,
            key,
            f"{own}.{column} is {there[column]['type']}, and the dataset's {table}.{name} is {_TYPES[kind][0]}; "
            "expected this type in tables/ (a file in derived/ can change it once the rows are there).",
        )


def _kind(table: str, name: str, schema: Any) -> str:
    return "json" if (table, name) in JSON_COLUMNS else str(schema.field(name).type)
