"""A streaming replica starts for those who ask, follows its primary, and leaves nothing behind."""

import asyncio
from contextlib import AsyncExitStack

import asyncpg
import pytest

from harness.stack.replica import SLOT


@pytest.fixture(scope="module")
async def standby(servers):
    replica = servers.stack.replica
    async with replica.running() as server:
        yield server
    await replica.remove()
    assert not replica.folder.exists()
    admin = await asyncpg.connect(servers.admin_dsn)
    assert await admin.fetchval("SELECT count(*) FROM pg_replication_slots") == 0
    await admin.close()


async def test_what_is_written_to_the_primary_is_read_from_the_standby(servers, standby, fresh_database):
    database = fresh_database.split("@/")[1].split("?")[0]
    async with AsyncExitStack() as closing:
        primary = await asyncpg.connect(fresh_database)
        closing.push_async_callback(primary.close)
        await primary.execute("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('hello')")
        reader = await reachable(standby.dsn(database))
        closing.push_async_callback(reader.close)
        async with asyncio.timeout(5):
            while await reader.fetchval("SELECT to_regclass('notes')") is None:  # noqa: ASYNC110 - a standby tells no event
                await asyncio.sleep(0.02)
        assert await reader.fetchval("SELECT text FROM notes") == "hello"
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await reader.execute("INSERT INTO notes VALUES ('no')")


async def reachable(dsn: str) -> asyncpg.Connection:
    """The database itself has to arrive first."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await asyncpg.connect(dsn)
            except asyncpg.PostgresError:
                await asyncio.sleep(0.05)


async def test_the_slot_keeps_what_the_standby_has_not_read(servers, standby):
    admin = await asyncpg.connect(servers.admin_dsn)
    rows = await admin.fetch("SELECT slot_name, active FROM pg_replication_slots")
    await admin.close()
    assert [(row["slot_name"], row["active"]) for row in rows] == [(SLOT, True)]
