import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time

import asyncpg
import psutil
import pytest
from redis.asyncio import Redis

from harness.stack.config import StackConfig
from harness.stack.errors import HomeInUse, ServerFailed
from harness.stack.stack import open_stack
from tests.integration.places import shared_folder

SMALL = {"shared_buffers": "32MB"}
OWNER = """
import asyncio, json, sys, time
from pathlib import Path
from harness.stack.config import StackConfig
from harness.stack.stack import open_stack

async def main():
    async with open_stack(StackConfig(home=Path(sys.argv[1]), settings={"shared_buffers": "32MB"})) as stack:
        print(json.dumps([*stack.postgres.pids(), stack.redis.pid]), flush=True)
        await asyncio.sleep(120)

asyncio.run(main())
"""
#: Its servers outlive it, as on a system whose kernel tells children nothing.
DEAF = """
from harness.stack import process
launched = process._launched
process._launched = lambda command, account, signal: launched(command, account, 0)
"""


@pytest.fixture(scope="module")
def home():
    """One for the module: initdb runs once."""
    with shared_folder() as folder:
        yield folder


@contextlib.contextmanager
def owner(home, script=OWNER):
    """A process of its own that holds a stack; its servers' pids."""
    with subprocess.Popen([sys.executable, "-c", script, str(home)], stdout=subprocess.PIPE) as process:
        try:
            yield process, [int(pid) for pid in process.stdout.readline().strip(b"[]\n").split(b",")]
        finally:
            process.kill()


def still_there(pids, within_s=20.0):
    deadline = time.monotonic() + within_s
    while (left := [pid for pid in pids if running(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def running(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def answers(stack):
    connection = await asyncpg.connect(stack.postgres.admin_dsn)
    try:
        async with Redis.from_url(stack.redis.url(5), protocol=2) as client:
            return await connection.fetchval("SELECT 1") == 1 and await client.ping()
    finally:
        await connection.close()


async def test_a_stack_answers_while_open_and_is_gone_afterwards(home):
    async with open_stack(StackConfig(home=home, settings=SMALL)) as stack:
        assert await answers(stack)
        pids = [*stack.postgres.pids(), stack.redis.pid]
        sockets = [stack.postgres.socket_folder, stack.redis.socket.parent]
    assert still_there(pids, 0) == []
    assert not any(folder.exists() for folder in sockets)


async def test_postgresql_never_runs_as_root_and_opens_no_port(home):
    async with open_stack(StackConfig(home=home, settings=SMALL)) as stack:
        server = psutil.Process(stack.postgres.pids()[0])
        assert server.uids().effective != 0
        assert server.net_connections("inet") == []
        assert psutil.Process(stack.redis.pid).net_connections("inet") == []
        assert stack.postgres.socket_folder.stat().st_mode & 0o077 == 0


async def test_an_error_inside_stops_both_servers(home):
    pids = []

    async def fail():
        async with open_stack(StackConfig(home=home, settings=SMALL)) as stack:
            pids.extend([*stack.postgres.pids(), stack.redis.pid])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert still_there(pids, 0) == []


async def test_a_cancellation_stops_both_servers(home):
    pids = []
    opened = asyncio.Event()

    async def hold():
        async with open_stack(StackConfig(home=home, settings=SMALL)) as stack:
            pids.extend([*stack.postgres.pids(), stack.redis.pid])
            opened.set()
            await asyncio.sleep(60)

    holding = asyncio.create_task(hold())
    await opened.wait()
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holding
    assert still_there(pids, 0) == []


async def test_a_killed_owner_leaves_no_process_and_the_next_start_works(home):
    with owner(home) as (process, pids):
        assert all(running(pid) for pid in pids)
        process.kill()
        process.wait()
        assert still_there(pids) == []
    async with open_stack(StackConfig(home=home, settings=SMALL)) as stack:
        assert await answers(stack)


async def test_an_orphan_that_the_kernel_did_not_end_is_stopped_by_the_next_start(home):
    with owner(home, DEAF + OWNER) as (process, pids):
        orphans = [pids[0], pids[-1]]
        process.kill()
        process.wait()
        assert still_there(orphans, 0.5) == orphans
        async with open_stack(StackConfig(home=home, settings=SMALL)) as stack:
            assert await answers(stack)
            assert still_there(orphans, 0) == []


async def test_an_orphan_is_found_even_when_its_record_was_not_written(home):
    with owner(home, DEAF + OWNER) as (process, pids):
        process.kill()
        process.wait()
        (home / "servers" / "postgres.json").unlink()
        async with open_stack(StackConfig(home=home, settings=SMALL)) as stack:
            assert await answers(stack)
            assert not running(pids[0])


async def test_servers_killed_with_their_owner_are_recovered(home):
    with owner(home) as (process, pids):
        for pid in [process.pid, *pids]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
    async with open_stack(StackConfig(home=home, settings=SMALL)) as stack:
        assert await answers(stack)


async def test_a_home_in_use_says_by_whom_and_stays_as_it_is(home):
    with owner(home) as (process, pids):
        with pytest.raises(HomeInUse, match=f"process {process.pid} .*--home"):
            async with open_stack(StackConfig(home=home, settings=SMALL)):
                pass
        assert all(running(pid) for pid in pids)


async def test_two_homes_run_side_by_side(servers, home):
    async with open_stack(StackConfig(home=home, settings=SMALL)) as stack:
        assert await answers(stack)
        assert await answers(servers.stack)
        assert stack.postgres.dsn("x") != servers.dsn("x")
    assert await answers(servers.stack)


async def test_what_an_earlier_run_altered_is_gone(home):
    async with open_stack(StackConfig(home=home, settings=SMALL)) as stack:
        connection = await asyncpg.connect(stack.postgres.admin_dsn)
        await connection.execute("ALTER SYSTEM SET fsync = off")
        await connection.close()
    async with open_stack(StackConfig(home=home, settings=SMALL)) as stack:
        assert (await stack.settings())["fsync"] == "on"


async def test_a_setting_that_postgresql_refuses_is_told_in_its_words(home):
    with pytest.raises(ServerFailed, match="shared_buffers"):
        async with open_stack(StackConfig(home=home, settings={"shared_buffers": "many"})):
            pass


@pytest.fixture
def hidden_home(monkeypatch):
    """Under root, the servers' account cannot get into it."""
    with shared_folder() as hidden, shared_folder() as shelf:
        hidden.chmod(0o700)
        monkeypatch.setattr("harness.stack.home._SHELF", shelf)
        yield hidden


async def test_a_home_that_the_account_cannot_reach_still_works(hidden_home):
    async with open_stack(StackConfig(home=hidden_home, settings=SMALL)) as stack:
        assert await answers(stack)


async def test_a_run_is_described_with_versions_and_settings_and_without_paths(servers):
    described = await servers.stack.describe()
    assert described["postgres"]["version"].startswith("18.")
    assert described["redis"]["product"] == "Valkey"
    assert described["postgres_settings"]["shared_preload_libraries"] == "pg_stat_statements"
    assert "/tmp" not in str(described)
