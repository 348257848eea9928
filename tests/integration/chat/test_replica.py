"""A streaming replica starts for those who ask, follows its primary, and leaves nothing behind."""

import asyncio
import contextlib
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import psutil
import pytest

from harness.covariates.lag import caught_up, sampled
from harness.stack.replica import SLOT
from reference_server.opening import open_chat
from reference_server.variant import load_variant
from tests.integration.chat.conftest import text


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


async def test_a_copy_that_is_cancelled_leaves_no_process_no_folder_and_no_slot(servers):
    replica = servers.stack.replica
    ours = psutil.Process()
    before = {child.pid for child in ours.children(recursive=True)}
    copying = asyncio.create_task(replica.running().__aenter__())
    async with asyncio.timeout(20):
        while not any(child.name() == "pg_basebackup" for child in children_of(ours)):  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    copying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await copying
    assert not (replica.folder / "unfinished").exists()
    assert not (replica.folder / "data").exists()
    left = [child for child in children_of(ours) if child.pid not in before and child.name() == "pg_basebackup"]
    assert left == []
    admin = await asyncpg.connect(servers.admin_dsn)
    assert await admin.fetchval("SELECT count(*) FROM pg_replication_slots") == 0
    assert await admin.fetchval("SELECT count(*) FROM pg_stat_replication") == 0
    await admin.close()


def children_of(process):
    """A process may end while it is looked at."""
    found = []
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.name()
            found.append(child)
    return found


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


async def test_a_sender_misses_the_own_message_until_the_standby_has_it(servers, standby, world):
    database = world.dsn.split("@/")[1].split("?")[0]
    dsn = standby.dsn(database)
    assert await caught_up(world.dsn, standby.admin_dsn, within_s=20)
    await (await reachable(dsn)).close()
    async with open_chat(world.dsn, world.redis_url, load_variant("replica"), connections=1, replica=dsn) as chat:
        async with held_back(standby):
            sent = await chat.send(world.ann, world.conversation, text("hello"))
            assert (await chat.newest_page(world.ann, world.conversation, limit=5)).rows == []
        async with asyncio.timeout(10):
            while not (page := await chat.newest_page(world.ann, world.conversation, limit=5)).rows:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert page.rows[0]["id"] == sent.message["id"]
        assert await chat.unread_total(world.bob) == 1


async def test_lag_is_seen_while_the_standby_is_held_back(servers, standby, fresh_database):
    database = await asyncpg.connect(fresh_database)
    async with sampled(servers.admin_dsn, standby.admin_dsn) as lag:
        async with held_back(standby):
            await database.execute("CREATE TABLE notes (text TEXT)")
            await asyncio.sleep(0.2)
        await asyncio.sleep(0.3)
    await database.close()
    assert lag.result()["lag_us_max"] > 50_000
    assert lag.result()["behind_bytes_max"] > 0


@asynccontextmanager
async def held_back(standby):
    connection = await asyncpg.connect(standby.admin_dsn)
    await connection.execute("SELECT pg_wal_replay_pause()")
    try:
        async with asyncio.timeout(5):
            while await connection.fetchval("SELECT pg_get_wal_replay_pause_state()") != "paused":  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        yield
    finally:
        await connection.execute("SELECT pg_wal_replay_resume()")
        await connection.close()
