"""WAL between two positions: without images exactly, images apart, by resource manager and by table or index."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import asyncpg

from harness.evidence.sql_files import sql


@dataclass(frozen=True, kw_only=True, slots=True)
class Wal:
    """What was written; None where the server does not let us look."""

    #: Between the two positions, page headers and padding included.
    distance_bytes: int
    #: All records without their full-page images.
    record_bytes: int | None
    image_bytes: int | None
    records: int | None
    #: Resource manager (Heap, Btree, Transaction …) → records, bytes, image_bytes.
    managers: Mapping[str, Mapping[str, int]] | None
    #: Table or index → kind, table, records, bytes (without images), images, image_bytes; this database only.
    relations: Mapping[str, Mapping[str, Any]] | None
    #: Why something is None.
    note: str | None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def nothing_known(distance_bytes: int, note: str) -> Wal:
    """When the server does not tell."""
    return Wal(
        distance_bytes=distance_bytes,
        record_bytes=None,
        image_bytes=None,
        records=None,
        managers=None,
        relations=None,
        note=note,
    )


async def read_wal(dsn: str, start: str, end: str) -> Wal:
    """The WAL from position `start` to `end`, both such as "0/1A2B3C"; never raises for what is not allowed."""
    distance = bytes_between(start, end)
    if start == end:
        return Wal(distance_bytes=0, record_bytes=0, image_bytes=0, records=0, managers={}, relations={}, note=None)
    connection = await asyncpg.connect(dsn)
    try:
        managers = {row["manager"]: _numbers(row) for row in await connection.fetch(sql("wal_by_manager"), start, end)}
        relations, note = await _relations(connection, start, end)
    except asyncpg.PostgresError as error:
        return nothing_known(distance, f"pg_walinspect does not tell: {error}")
    finally:
        await connection.close()
    return Wal(
        distance_bytes=distance,
        record_bytes=_sum(managers, "bytes"),
        image_bytes=_sum(managers, "image_bytes"),
        records=_sum(managers, "records"),
        managers=managers,
        relations=relations,
        note=note,
    )


async def _relations(
    connection: asyncpg.Connection, start: str, end: str
) -> tuple[Mapping[str, Mapping[str, Any]] | None, str | None]:
    """pg_get_wal_block_info came with PostgreSQL 16."""
    try:
        rows = await connection.fetch(sql("wal_by_relation"), start, end)
    except asyncpg.PostgresError as error:
        return None, f"no WAL by relation: {error}"
    return {_relation_name(row): {key: row[key] for key in row.keys() if key != "name"} for row in rows}, None  # noqa: SIM118 - a Record


def _relation_name(row: Any) -> str:
    return f"{row['name']} (TOAST)" if row["kind"] == "toast" else str(row["name"])


def _numbers(row: Any) -> dict[str, int]:
    return {key: row[key] for key in ("records", "bytes", "image_bytes")}


def _sum(managers: Mapping[str, Mapping[str, int]], key: str) -> int:
    return sum(manager[key] for manager in managers.values())


def bytes_between(start: str, end: str) -> int:
    return _position(end) - _position(start)


def _position(text: str) -> int:
    high, low = text.split("/")
    return (int(high, 16) << 32) + int(low, 16)
