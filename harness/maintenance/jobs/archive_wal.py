"""WAL archiving: a base backup and the archived WAL, restored on a second server to a named point and compared.

Theory of operation. Sends never pause, so "the end" has to be a point at which rows can be known exactly: all tables
are locked against writes for as long as it takes to write a restore point into the WAL and to open a snapshot. What
that snapshot sees is what recovery up to the point must bring back; it is summed up after the lock is gone.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg

from harness.maintenance.content import Content, content_at, content_of, differences, tables_of
from harness.maintenance.errors import JobFailed
from harness.maintenance.ground import Ground
from harness.maintenance.job import Done, Job
from harness.maintenance.programs import run_program, size_of
from harness.maintenance.second_server import recovered_server
from harness.seeding.databases import quoted
from harness.stack import home

#: Without a restart archiving can be pointed somewhere, but not switched on; `true` drops what is not wanted.
ARCHIVING = {"archive_mode": "on", "archive_command": "true"}
_POINT = "chatbench_end"
_ARCHIVED_S = 60.0
_LOCKED_S = 20.0
_TRY_AGAIN_S = 0.002
#: 24 digits are a segment's name; what follows them marks a backup's history file.
_LAST_ARCHIVED = "SELECT left(last_archived_wal, 24) FROM pg_stat_archiver"
#: Sends that go on after the base backup, so that the archive has something to bring.
_GO_ON_S = 2.0


async def _why_not(ground: Ground) -> str | None:
    if not ground.stack.postgres.embedded:
        return "archiving needs the server's files and its configuration, and this server is yours."
    async with ground.connection() as connection:
        if await connection.fetchval("SHOW archive_mode") != "on":
            return "the server was started without archive_mode, which only a restart changes."
    return None


async def _run(ground: Ground) -> Done:
    archive, base = (_folder(ground, name) for name in ("archive", "base"))
    async with _archiving_to(ground, archive):
        with ground.step("base backup"):
            await run_program(
                ground,
                "pg_basebackup",
                *(f"--pgdata={base}", "--checkpoint=fast", "--wal-method=none", "--no-sync", "--no-manifest"),
                dsn=ground.dsn,
            )
        base_bytes = size_of(base)
        with ground.step("archive while sends go on"):
            await asyncio.sleep(_GO_ON_S)
        async with _held_point(ground) as connection:
            with ground.step("archive the last segment"):
                await _archive_everything(ground)
            with ground.step("checksum"):
                expected = await content_of(connection)
    found = await _recover(ground, base, archive)
    different = differences(expected, found)
    return Done(
        rows=sum(table.rows for table in expected.values()),
        verified=not different,
        details={"base_backup_bytes": base_bytes, "archive_bytes": size_of(archive), "differences": different},
    )


async def _recover(ground: Ground, base: Path, archive: Path) -> Content:
    settings = {
        "restore_command": f"cp {archive}/%f %p",
        "recovery_target_name": _POINT,
        "recovery_target_action": "promote",
    }
    async with AsyncExitStack() as closing:
        with ground.step("recover"):
            dsn = await closing.enter_async_context(recovered_server(ground, base, settings))
        with ground.step("compare"):
            return await content_at(dsn)


@asynccontextmanager
async def _archiving_to(ground: Ground, archive: Path) -> AsyncIterator[None]:
    await _configure(ground, f"cp %p {archive}/%f")
    try:
        yield
    finally:
        await _configure(ground, None)


async def _configure(ground: Ground, archive_command: str | None) -> None:
    connection = await asyncpg.connect(ground.stack.postgres.admin_dsn)
    try:
        if archive_command is None:
            await connection.execute("ALTER SYSTEM RESET archive_command")
        else:
            await connection.execute(f"ALTER SYSTEM SET archive_command = '{archive_command}'")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close(timeout=5)


@asynccontextmanager
async def _held_point(ground: Ground) -> AsyncIterator[asyncpg.Connection]:
    """A connection whose snapshot sees what was committed at the restore point, no more and no less."""
    async with ground.connection() as reading, reading.transaction(isolation="repeatable_read", readonly=True):
        with ground.step("hold writes for the restore point"):
            await _write_point(ground, reading)
        yield reading


async def _write_point(ground: Ground, reading: asyncpg.Connection) -> None:
    """Messages are waited for; the rest is had at once or not at all: waiting with a lock held could deadlock."""
    async with ground.connection() as locking:
        rest = ", ".join(f"public.{quoted(table)}" for table in await tables_of(locking) if table != "messages")
        deadline = time.monotonic() + _LOCKED_S
        while True:
            try:
                async with locking.transaction():
                    await locking.execute("LOCK TABLE public.messages IN SHARE MODE")
                    await locking.execute(f"LOCK TABLE {rest} IN SHARE MODE NOWAIT")
                    await reading.fetchval("SELECT count(*) FROM pg_class")
                    await locking.fetchval("SELECT pg_create_restore_point($1)", _POINT)
                    return
            except asyncpg.LockNotAvailableError:
                if time.monotonic() > deadline:
                    raise JobFailed(
                        f"No moment without a write came within {_LOCKED_S:.0f} s, so no point could be compared."
                    ) from None
                await asyncio.sleep(_TRY_AGAIN_S)


async def _archive_everything(ground: Ground) -> None:
    """Until the segment that holds the restore point lies in the archive."""
    async with ground.connection() as connection:
        segment = await connection.fetchval("SELECT pg_walfile_name(pg_current_wal_insert_lsn())")
        await connection.fetchval("SELECT pg_switch_wal()")
        deadline = time.monotonic() + _ARCHIVED_S
        while (await connection.fetchval(_LAST_ARCHIVED) or "") < segment:
            if time.monotonic() > deadline:
                raise JobFailed(
                    f"Segment {segment} was not archived within {_ARCHIVED_S:.0f} s, so nothing was restored."
                )
            await asyncio.sleep(0.05)


def _folder(ground: Ground, name: str) -> Path:
    folder = ground.folder / name
    folder.mkdir()
    home.give(folder, ground.account)
    return folder


JOB = Job(
    name="archive_wal",
    summary="base backup and WAL archive, restored on a second server",
    source="§10.1",
    why_not=_why_not,
    run=_run,
)
