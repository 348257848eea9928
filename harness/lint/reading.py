"""Reading a schema: on a connection that cannot write, in transactions that end in ROLLBACK."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from harness.lint.errors import AuditError
from harness.lint.schema import Column, ForeignKey, Index, Schema, Table
from harness.stack import own
from harness.stack.address import without_password

#: Nobody waits for us, and we wait for nobody.
PATIENCE_MS = 10_000
_SETTINGS = {
    "application_name": "chatbench audit",
    "default_transaction_read_only": "on",
    "statement_timeout": str(PATIENCE_MS),
    "lock_timeout": "1000",
    "idle_in_transaction_session_timeout": "60000",
}
_SQL = Path(__file__).with_name("sql")


@asynccontextmanager
async def read_only(address: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection on which a write is refused by the server. Raises EnvironmentFailed where there is none."""
    connection = await own.open_connection(address, settings=_SETTINGS, statement_cache_size=0)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def rolled_back(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Read-only whatever the session's default says, and undone."""
    await connection.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    try:
        yield
    finally:
        await connection.execute("ROLLBACK")


async def read_schema(connection: asyncpg.Connection, address: str) -> Schema:
    """Catalog and statistics of one moment; no row of any table is read."""
    try:
        async with rolled_back(connection):
            return await _read(connection)
    except asyncpg.PostgresError as error:
        raise AuditError(
            f"The schema of {without_password(address)} cannot be read: {error}. Nothing was changed. "
            "The user needs CONNECT, and for statistics SELECT on the tables or pg_read_all_data."
        ) from error


async def _read(connection: asyncpg.Connection) -> Schema:
    when = await connection.fetchrow(_sql("counted_since"))
    assert when, "a SELECT without FROM has a row"
    tables = await connection.fetch(_sql("tables"))
    ids, names = [row["id"] for row in tables], {row["id"]: row["name"] for row in tables}
    columns: dict[int, dict[str, Any]] = {one: {} for one in ids}
    for row in await connection.fetch(_sql("columns"), ids):
        columns[row["table_id"]][row["name"]] = row
    rows = {row["id"]: _number(row["rows"]) for row in tables}
    return Schema(
        read_at=when["read_at"],
        counted_since=when["counted_since"],
        tables={
            row["name"]: Table(
                name=row["name"],
                rows=rows[row["id"]],
                bytes=row["bytes"],
                scans=row["scans"],
                columns={name: _column(found, rows[row["id"]]) for name, found in columns[row["id"]].items()},
            )
            for row in tables
        },
        indexes=tuple([_index(row, names) for row in await connection.fetch(_sql("indexes"), ids)]),
        foreign_keys=tuple([_foreign_key(row, names) for row in await connection.fetch(_sql("foreign_keys"), ids)]),
    )


def _column(row: Any, rows: float | None) -> Column:
    return Column(
        name=row["name"],
        type=row["type"],
        not_null=row["not_null"],
        distinct=_distinct(row["distinct"], rows),
        null_share=row["null_share"],
        width_bytes=row["width_bytes"],
        common=tuple(zip(row["common_values"] or (), row["common_shares"] or (), strict=True)),
        histogram=tuple(row["histogram"] or ()),
    )


def _distinct(told: float | None, rows: float | None) -> float | None:
    """pg_stats: below 0 it is a share of the rows, 0 is unknown."""
    if not told:
        return None
    return told if told > 0 else None if rows is None else -told * rows


def _index(row: Any, names: dict[int, str]) -> Index:
    told = {key: row[key] for key in row.keys() if key not in ("table_id", "entries")}  # noqa: SIM118 - a Record
    lists = {key: tuple(told[key]) for key in ("keys", "columns", "descending", "included")}
    return Index(**(told | lists), table=names[row["table_id"]], entries=_number(row["entries"]))


def _foreign_key(row: Any, names: dict[int, str]) -> ForeignKey:
    return ForeignKey(
        name=row["name"],
        table=names[row["table_id"]],
        columns=tuple(row["columns"]),
        referenced=names[row["referenced_id"]],
        on_delete=row["on_delete"],
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
