"""What the database says of a window: counters read before and after, told apart by operation."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from redis.asyncio import Redis

_SQL = Path(__file__).with_name("sql")
_STATEMENT_COUNTERS = (
    *("calls", "rows", "exec_ms", "plan_ms", "blocks_hit", "blocks_read", "blocks_dirtied"),
    *("wal_records", "wal_bytes", "wal_images"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """One reading of everything that only ever grows, and of sizes."""

    statements: Mapping[int, Mapping[str, Any]]
    tables: Mapping[str, Mapping[str, Any]]
    indexes: Mapping[str, Mapping[str, Any]]
    database: Mapping[str, Any]
    redis: Mapping[str, Any]


async def read_counters(dsn: str, redis_url: str) -> Counters:
    """Read on a connection of its own; the load must be quiet, or the window's edges are blurred."""
    connection = await asyncpg.connect(dsn)
    try:
        statements = await connection.fetch(_sql("statements"))
        tables = await connection.fetch(_sql("tables"))
        indexes = await connection.fetch(_sql("indexes"))
        # pg_stat_checkpointer came with PostgreSQL 17
        is_older = connection.get_server_version().major < 17  # noqa: PLR2004 - see above
        database = await connection.fetchrow(_sql("database_before_17" if is_older else "database"))
    finally:
        await connection.close()
    return Counters(
        statements={row["queryid"]: dict(row) for row in statements},
        tables={row["name"]: dict(row) for row in tables},
        indexes={row["name"]: dict(row) for row in indexes},
        database=dict(database or {}),
        redis=await _redis_counters(redis_url),
    )


async def read_image_bytes(dsn: str, before: Counters, after: Counters) -> int | None:
    """Bytes of full-page images in the window; None where the server does not let us look into its WAL."""
    start, end = before.database["wal_position"], after.database["wal_position"]
    if start == end:
        return 0
    connection = await asyncpg.connect(dsn)
    try:
        return int(await connection.fetchval(_sql("image_bytes"), start, end))
    except asyncpg.PostgresError:
        return None
    finally:
        await connection.close()


def evidence_between(
    before: Counters, after: Counters, queryids: Mapping[str, int], *, wal_image_bytes: int | None
) -> dict[str, Any]:
    """Differences over the window, in the form of trials.jsonl; `queryids` maps a statement's slot to its id."""
    wal_bytes = _wal_position(after) - _wal_position(before)
    hit = _grown(before.database, after.database, "blocks_hit")
    read = _grown(before.database, after.database, "blocks_read")
    return {
        "statements": {
            slot: {"operation": slot.split("/")[0]} | _statement(before, after, queryid)
            for slot, queryid in sorted(queryids.items())
            if queryid in after.statements
        },
        "wal_bytes": wal_bytes,
        "wal_image_bytes": wal_image_bytes,
        "checkpoints": _grown(before.database, after.database, "checkpoints"),
        "autovacuums": sum(
            _grown(before.tables.get(name), table, "autovacuums") for name, table in after.tables.items()
        ),
        "database_bytes": after.database["database_bytes"],
        "tables": {name: _table(before.tables.get(name), table) for name, table in sorted(after.tables.items())},
        "indexes": {
            name: {
                "table": index["table"],
                "bytes": index["bytes"],
                "scans": _grown(before.indexes.get(name), index, "scans"),
            }
            for name, index in sorted(after.indexes.items())
        },
        "cache_hit_share": hit / (hit + read) if hit + read else None,
        "redis": {
            "hits": _grown(before.redis, after.redis, "keyspace_hits"),
            "misses": _grown(before.redis, after.redis, "keyspace_misses"),
            "commands": _grown(before.redis, after.redis, "total_commands_processed"),
            "memory_bytes": after.redis["used_memory"],
        },
    }


def _statement(before: Counters, after: Counters, queryid: int) -> dict[str, Any]:
    earlier = before.statements.get(queryid)
    return {name: _grown(earlier, after.statements[queryid], name) for name in _STATEMENT_COUNTERS}


def _table(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, Any]:
    updated = _grown(before, after, "updated")
    return {
        "bytes": after["bytes"],
        "indexes_bytes": after["indexes_bytes"],
        "dead": after["dead"],
        "hot_share": _grown(before, after, "hot_updated") / updated if updated else None,
    }


def _grown(before: Mapping[str, Any] | None, after: Mapping[str, Any], name: str) -> Any:
    return after[name] - (before[name] if before else 0)


def _wal_position(counters: Counters) -> int:
    high, low = counters.database["wal_position"].split("/")
    return (int(high, 16) << 32) + int(low, 16)


async def _redis_counters(url: str) -> Mapping[str, Any]:
    client: Redis = Redis.from_url(url)
    try:
        info: Mapping[str, Any] = await client.info()
        return info
    finally:
        await client.aclose()


def _sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text()
