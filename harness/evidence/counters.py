"""Counters: one reading of everything that only ever grows, and of sizes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
from redis.asyncio import Redis

from harness.evidence.sql_files import sql


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """One reading of everything that only ever grows, and of sizes."""

    statements: Mapping[int, Mapping[str, Any]]
    tables: Mapping[str, Mapping[str, Any]]
    indexes: Mapping[str, Mapping[str, Any]]
    database: Mapping[str, Any]
    #: INFO, with commandstats.
    redis: Mapping[str, Any]


async def read_counters(dsn: str, redis_url: str) -> Counters:
    """Read on a connection of its own; the load must be quiet, or the window's edges are blurred."""
    connection = await asyncpg.connect(dsn)
    try:
        statements = await connection.fetch(sql("statements"))
        tables = await connection.fetch(sql("tables"))
        indexes = await connection.fetch(sql("indexes"))
        await _flush_wal(connection)
        # pg_stat_checkpointer came with PostgreSQL 17
        is_older = connection.get_server_version().major < 17  # noqa: PLR2004 - see above
        database = await connection.fetchrow(sql("database_before_17" if is_older else "database"))
    finally:
        await connection.close()
    return Counters(
        statements={row["queryid"]: dict(row) for row in statements},
        tables={row["name"]: dict(row) for row in tables},
        indexes={row["name"]: dict(row) for row in indexes},
        database=dict(database or {}),
        redis=await _redis_counters(redis_url),
    )


async def _flush_wal(connection: asyncpg.Connection) -> None:
    """Where commits do not wait for the disk, the written position lags: a message that does wait takes it along.

    The message and its commit, about 150 bytes, are in the window's WAL.
    """
    if await connection.fetchval("SHOW synchronous_commit") != "off":
        return
    async with connection.transaction():
        await connection.execute("SET LOCAL synchronous_commit = on")
        await connection.execute("SELECT pg_logical_emit_message(true, 'chatbench', '')")


async def _redis_counters(url: str) -> Mapping[str, Any]:
    client: Redis = Redis.from_url(url)
    try:
        info: Mapping[str, Any] = await client.info()
        commands: Mapping[str, Any] = await client.info("commandstats")
        return {**info, "commandstats": commands}
    finally:
        await client.aclose()
