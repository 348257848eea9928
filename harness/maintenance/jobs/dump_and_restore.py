"""pg_dump of the clone as one snapshot sees it, pg_restore into a new database, and a comparison row by row."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from harness.maintenance.content import content_at, content_of, differences
from harness.maintenance.ground import Ground
from harness.maintenance.job import Done, Job
from harness.maintenance.programs import run_program, size_of
from harness.seeding.databases import Mark, create_database, drop_database

#: pg_restore of 18 begins with SET transaction_timeout, which came with 17.
_OLDEST = 17


async def _why_not(ground: Ground) -> str | None:
    async with ground.connection() as connection:
        major = connection.get_server_version().major
    if major < _OLDEST:
        return f"pg_restore is PostgreSQL 18's, and a server of version {major} does not take what it writes."
    return None


async def _run(ground: Ground) -> Done:
    file = ground.folder / "clone.dump"
    async with ground.connection() as connection, connection.transaction(isolation="repeatable_read"):
        # the snapshot that pg_dump reads is this transaction's: sends that go on do not blur the comparison
        snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
        with ground.step("pg_dump"):
            await run_program(
                ground, "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={file}", dsn=ground.dsn
            )
        dump_bytes = size_of(file)
        with ground.step("checksum"):
            expected = await content_of(connection)
    async with _restored(ground) as dsn:
        with ground.step("pg_restore"):
            await run_program(ground, "pg_restore", "--no-owner", "--exit-on-error", "--dbname=", str(file), dsn=dsn)
        file.unlink()
        with ground.step("compare"):
            found = await content_at(dsn)
    different = differences(expected, found)
    return Done(
        rows=sum(table.rows for table in expected.values()),
        verified=not different,
        details={"dump_bytes": dump_bytes, "differences": different},
    )


@asynccontextmanager
async def _restored(ground: Ground) -> AsyncIterator[str]:
    name = f"chatbench_restored_{secrets.token_hex(4)}"
    admin = ground.stack.postgres.admin_dsn
    await create_database(admin, name, Mark(role="trial", facts={"restored_from": ground.database}))
    try:
        yield ground.stack.postgres.dsn(name)
    finally:
        await drop_database(admin, name)


JOB = Job(
    name="dump_and_restore",
    summary="pg_dump, and pg_restore into a new database",
    source="§10.1",
    why_not=_why_not,
    run=_run,
)
