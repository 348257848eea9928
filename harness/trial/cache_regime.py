"""Cache regimes: where a clone's pages are when its window begins, made so and told in the trial's record."""

from pathlib import Path
from typing import Any

import asyncpg

from harness.conditions import COLD, DISK, OVERSIZED, WARM
from harness.stack.postgres import EmbeddedPostgres, ready
from harness.stack.stack import Stack
from harness.trial.page_cache import drop

#: Of the smallest lane's database: its hot pages cannot all be in shared_buffers.
_OVERSIZED_PART = 8
_LEAST_BUFFERS_BYTES = 2 * 1024 * 1024
_MIB = 1024 * 1024
_PAGE_CACHE = "in the system's page cache"


async def enter(stack: Stack, regime: str, database: str) -> dict[str, Any]:
    """After clone, prewarm and checkpoint: what the trial's record says under `cache`."""
    server = stack.postgres
    if isinstance(server, EmbeddedPostgres):
        return await enter_server(server, regime, database)
    return _warm()


def _warm() -> dict[str, Any]:
    return {"regime": WARM, "pages": "in shared_buffers as far as they fit", "note": None}


async def enter_server(server: EmbeddedPostgres, regime: str, database: str) -> dict[str, Any]:
    """The same for one server; `database` and those whose names begin so, its shards, are what is put out of memory."""
    if regime == WARM:
        return _warm()
    if regime == OVERSIZED:
        return {"regime": regime, "pages": f"those that do not fit {await _buffers(server)} are {_PAGE_CACHE}"} | {
            "note": None
        }
    if regime == COLD:
        server.stop()
        await _start(server)
        return {"regime": regime, "pages": f"none in shared_buffers; {_PAGE_CACHE}", "note": None}
    assert regime == DISK
    files = _files(server.data_folder, await _oids(server, database))
    server.stop()
    dropped = drop(files)
    await _start(server)
    return {"regime": regime, "pages": "on disk", **dropped.as_dict()}


async def shrink_buffers(stack: Stack, smallest_database_bytes: int) -> None:
    """Once for a run under `oversized`: the settings in the run's manifest tell the size."""
    server = stack.postgres
    if isinstance(server, EmbeddedPostgres):
        server.stop()
        server.start({"shared_buffers": f"{oversized_buffers_bytes(smallest_database_bytes) // 1024}kB"})
        await ready(server)


def oversized_buffers_bytes(smallest_database_bytes: int) -> int:
    """An eighth of the smallest lane's database."""
    return max(smallest_database_bytes // _OVERSIZED_PART, _LEAST_BUFFERS_BYTES)


async def _start(server: EmbeddedPostgres) -> None:
    server.start()
    await ready(server)


async def _buffers(server: EmbeddedPostgres) -> str:
    connection = await asyncpg.connect(server.admin_dsn)
    try:
        return f"shared_buffers of {await connection.fetchval('SHOW shared_buffers')}"
    finally:
        await connection.close()


async def _oids(server: EmbeddedPostgres, database: str) -> list[int]:
    """Of the clone and of the shards beside it, whose names begin with its own."""
    connection = await asyncpg.connect(server.admin_dsn)
    try:
        query = "SELECT oid::int8 FROM pg_database WHERE starts_with(datname::text, $1)"
        return [row["oid"] for row in await connection.fetch(query, database)]
    finally:
        await connection.close()


def _files(data: Path, oids: list[int]) -> list[Path]:
    """The databases' own and the cluster's catalogs."""
    folders = (*(data / "base" / str(oid) for oid in oids), data / "global")
    return [file for folder in folders for file in folder.iterdir() if file.is_file()]
