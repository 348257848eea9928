"""The connection holder: every connection comes back, whatever its user met."""

import asyncio
from contextlib import suppress

import asyncpg
import pytest

from reference_server.connections import Connections
from reference_server.errors import Unavailable


@pytest.fixture
async def two(fresh_database):
    connections = Connections(fresh_database, 2)
    await connections.fill()
    yield connections
    await connections.close()


async def test_never_more_than_its_size_are_open(two):
    answers = await asyncio.gather(*(two.fetchval("SELECT pg_backend_pid() FROM pg_sleep(0.01)") for _ in range(20)))
    assert len(set(answers)) == 2


async def test_a_cancelled_query_or_waiter_does_not_cost_a_connection(two):
    for _ in range(10):
        asked = [asyncio.ensure_future(two.fetch("SELECT pg_sleep(0.05)")) for _ in range(5)]
        await asyncio.sleep(0.01)
        for one in asked:
            one.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
    both = await asyncio.gather(*(two.fetchval("SELECT pg_backend_pid() FROM pg_sleep(0.05)") for _ in range(2)))
    assert len(set(both)) == 2
    assert len(two.idle()) == 2


async def test_a_waiter_cancelled_in_the_instant_it_is_served_passes_the_connection_on(two):
    first, second = await two.acquire(), await two.acquire()
    waiter = asyncio.ensure_future(two.acquire())
    await asyncio.sleep(0)
    two.release(first)
    waiter.cancel()
    with suppress(asyncio.CancelledError):
        await waiter
    two.release(second)
    assert len(two.idle()) == 2


async def test_an_error_rolls_back_and_keeps_the_connection(two):
    await two.fetch("CREATE TABLE notes (text TEXT)")

    async def fail() -> None:
        async with two.transaction() as connection:
            await connection.execute("INSERT INTO notes VALUES ('lost')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await two.fetchval("SELECT count(*) FROM notes") == 0
    assert len(two.idle()) == 2


async def test_a_cancelled_transaction_leaves_nothing_open(two):
    await two.fetch("CREATE TABLE notes (text TEXT)")

    async def forever() -> None:
        async with two.transaction() as connection:
            await connection.execute("INSERT INTO notes VALUES ('lost')")
            await asyncio.sleep(60)

    running = asyncio.ensure_future(forever())
    await asyncio.sleep(0.05)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert await two.fetchval("SELECT count(*) FROM notes") == 0
    await two.fetch("DROP TABLE notes")


async def test_connections_that_the_server_closed_are_replaced(two, fresh_database):
    before = await asyncio.gather(*(two.fetchval("SELECT pg_backend_pid() FROM pg_sleep(0.05)") for _ in range(2)))
    beside = await asyncpg.connect(fresh_database)
    await beside.fetch("SELECT pg_terminate_backend(pid, 1000) FROM unnest($1::int[]) AS pid", before)
    await beside.close()
    await asyncio.sleep(0.1)
    after = await asyncio.gather(*(two.fetchval("SELECT pg_backend_pid() FROM pg_sleep(0.05)") for _ in range(2)))
    assert not set(before) & set(after)
    assert len(set(after)) == 2


async def test_an_unreachable_server_is_said_to_be_so():
    with pytest.raises(Unavailable, match="cannot be reached"):
        await Connections("postgresql://nobody@127.0.0.1:1/none", 2).fill()
