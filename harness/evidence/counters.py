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

    #: By queryid; None where the server does not count them, or does not tell.
    statements: Mapping[int, Mapping[str, Any]] | None
    tables: Mapping[str, Mapping[str, Any]]
    indexes: Mapping[str, Mapping[str, Any]]
    database: Mapping[str, Any]
    #: INFO, with commandstats.
    redis: Mapping[str, Any]


async def read_counters(dsn: str, redis_url: str, *, admin_dsn: str | None = None) -> Counters:
    """Read on a connection of its own; the load must be quiet, or the window's edges are blurred.

    Where the database has no pg_stat_statements, the one that `admin_dsn` names may tell of it.
    """
    connection = await asyncpg.connect(dsn)
    try:
        statements = await read_statements(connection)
        if statements is None and admin_dsn is not None:
            statements = await _told_elsewhere(admin_dsn, await connection.fetchval("SELECT current_database()"))
        relations = await read_relations(connection)
        await _flush_wal(connection)
        # pg_stat_checkpointer came with PostgreSQL 17
        is_older = connection.get_server_version().major < 17  # noqa: PLR2004 - see above
        database = await connection.fetchrow(sql("database_before_17" if is_older else "database"))
    finally:
        await connection.close()
    return Counters(
        statements=statements,
        **relations,
        database=dict(database or {}),
        redis=await _redis_counters(redis_url),
    )


async def read_relations(connection: asyncpg.Connection) -> dict[str, Mapping[str, Mapping[str, Any]]]:
    """Tables and indexes, by their names."""
    return {
        kind: {row["name"]: dict(row) for row in await connection.fetch(sql(kind))} for kind in ("tables", "indexes")
    }


async def read_statements(
    connection: asyncpg.Connection, *, of_database: str | None = None, nested: bool = False
) -> Mapping[int, Mapping[str, Any]] | None:
    """Counters by queryid of this database or another; None without the extension, or where its library is not loaded.

    `nested` tells of those inside others (what foreign partitions are asked runs in cursors), and of no others.
    """
    query, arguments = sql("statements"), []
    if of_database is not None:
        query, arguments = query.replace("current_database()", "$1"), [of_database]
    try:
        rows = await connection.fetch(query, *arguments)
        return {row["queryid"]: dict(row) for row in rows if row["toplevel"] is not nested}
    except (
        asyncpg.UndefinedTableError,
        asyncpg.ObjectNotInPrerequisiteStateError,
        asyncpg.InsufficientPrivilegeError,
    ):
        return None


async def _told_elsewhere(admin_dsn: str, database: str) -> Mapping[int, Mapping[str, Any]] | None:
    """One database's view tells of all."""
    connection = await asyncpg.connect(admin_dsn)
    try:
        return await read_statements(connection, of_database=database)
    finally:
        await connection.close()


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
