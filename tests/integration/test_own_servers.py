import asyncio
import contextlib

import asyncpg
import pytest
from redis.asyncio import Redis

from harness.doctor.doctor import checks
from harness.seeding.databases import Mark, create_database, list_databases
from harness.stack import own
from harness.stack.config import StackConfig
from harness.stack.errors import AccessRefused, EnvironmentFailed, NotOurs, ServerInUse, TooOld, Unreachable
from harness.stack.redis_guard import LEASE, MARK
from harness.stack.stack import _own_redis, open_stack
from tests.integration import throwaway_postgres
from tests.integration.places import free_port, shared_folder
from tests.integration.throwaway_postgres import DEBIAN_15, PASSWORD


@pytest.fixture(scope="module")
def folder():
    with shared_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
async def postgres():
    """The user's PostgreSQL, with a password on a port: the oldest that we take where it is installed."""
    async with throwaway_postgres.postgres(programs=DEBIAN_15 if DEBIAN_15.exists() else None) as theirs:
        yield theirs.dsn()


@pytest.fixture(scope="module")
def redis(servers):
    """The user's Redis: the session's server, in a logical database that no other test uses."""
    return servers.redis_url(40)


@pytest.fixture
async def client(redis):
    async with Redis.from_url(redis, protocol=2) as client:
        await client.flushdb()
        yield client
        await client.flushdb()


@pytest.fixture
def config(folder, postgres, redis, client):
    return StackConfig(home=folder / "home", postgres=postgres, redis=redis)


async def opened(config):
    async with open_stack(config):
        pass


async def test_own_servers_serve_and_nothing_is_started(config):
    async with open_stack(config) as stack:
        assert not stack.postgres.embedded
        assert not stack.redis.embedded
        await create_database(stack.postgres.admin_dsn, "chatbench_here", Mark(role="trial"))
        connection = await asyncpg.connect(stack.postgres.dsn("chatbench_here"))
        assert await connection.fetchval("SELECT current_database()") == "chatbench_here"
        await connection.close()
        assert not (await stack.describe())["postgres"]["embedded"]
    assert not (config.home / "servers").exists()


async def test_a_killed_runs_trials_are_dropped_at_the_next_start_and_snapshots_stay(config):
    await create_database(config.postgres, "chatbench_left_trial", Mark(role="trial"))
    await create_database(config.postgres, "chatbench_kept", Mark(role="snapshot"))
    async with open_stack(config) as stack:
        names = [database.name for database in await list_databases(stack.postgres.admin_dsn)]
    assert "chatbench_kept" in names
    assert "chatbench_left_trial" not in names


async def test_only_one_run_at_a_time_uses_an_own_postgresql(config, folder):
    other = StackConfig(home=folder / "other", postgres=config.postgres, redis=config.redis)
    async with open_stack(config):
        with pytest.raises(ServerInUse, match="PostgreSQL"):
            await opened(other)
    await opened(other)


async def test_only_one_run_at_a_time_uses_an_own_redis_whatever_its_database(config, servers, folder):
    async with open_stack(config), Redis.from_url(servers.redis_url(0), protocol=2) as zero:
        assert 0 < await zero.pttl(LEASE) <= 30_000
        with pytest.raises(ServerInUse, match="Redis"):
            async with contextlib.AsyncExitStack() as closing:
                await _own_redis(servers.redis_url(41), closing)
    async with Redis.from_url(servers.redis_url(0), protocol=2) as zero:
        assert not await zero.exists(LEASE)


async def test_a_redis_database_of_somebody_else_is_refused_and_untouched(config, client):
    await client.set("theirs", "precious")
    with pytest.raises(NotOurs, match="Nothing was changed"):
        await opened(config)
    assert await client.keys() == [b"theirs"]


async def test_only_the_marked_database_is_emptied(config, client, servers):
    async with Redis.from_url(servers.redis_url(42), protocol=2) as neighbour:
        await neighbour.set("theirs", "precious")
        async with open_stack(config) as stack:
            await client.set("chat:something", "ours")
            await stack.redis.empty(client)
            assert await client.keys() == [MARK.encode()]
            with pytest.raises(NotOurs):
                await stack.redis.empty(neighbour)
        assert await neighbour.getdel("theirs") == b"precious"


@pytest.fixture
async def zero(servers):
    """Database 0, where the lease lives."""
    async with Redis.from_url(servers.redis_url(0), protocol=2) as client:
        await client.flushdb()
        yield client
        await client.flushdb()


@pytest.fixture
def in_zero(config, servers, zero):
    return StackConfig(home=config.home, postgres=config.postgres, redis=servers.redis_url(0))


async def test_a_redis_database_is_given_back_empty(config, client):
    async with open_stack(config):
        await client.set("chat:something", "ours")
    assert await client.keys() == []


async def test_database_0_is_given_back_without_mark_and_lease(in_zero, zero):
    async with open_stack(in_zero):
        await zero.set("chat:something", "ours")
    assert await zero.keys() == []


async def test_emptying_database_0_keeps_the_lease(in_zero, zero):
    async with open_stack(in_zero) as stack:
        held = await zero.get(LEASE)
        await stack.redis.empty(zero)
        assert await zero.get(LEASE) == held
        assert 0 < await zero.pttl(LEASE) <= 30_000


async def test_a_mark_that_is_gone_stops_the_emptying(config, client):
    async with open_stack(config) as stack:
        await client.delete(MARK)
        await client.set("theirs", "precious")
        with pytest.raises(NotOurs, match="was not emptied"):
            await stack.redis.empty(client)
        assert await client.get("theirs") == b"precious"


async def test_a_wrong_password_is_told_without_being_shown(config, folder):
    wrong = StackConfig(home=folder / "home", postgres=config.postgres.replace(PASSWORD, "wr0ng"), redis=config.redis)
    with pytest.raises(AccessRefused, match="refuses the user or the password") as refused:
        await opened(wrong)
    assert "wr0ng" not in str(refused.value)
    assert refused.value.exit_code == 3


async def test_a_wrong_redis_password_is_told_without_being_shown(config, client):
    await client.acl_setuser("ann", enabled=True, passwords=[f"+{PASSWORD}"], commands=["+@all"], keys=["*"])
    path = config.redis.removeprefix("unix://")
    try:
        with pytest.raises(AccessRefused, match="refuses the user or the password") as refused:
            await opened(StackConfig(home=config.home, redis=f"unix://ann:wr0ng@{path}"))
    finally:
        await client.acl_deluser("ann")
    assert "wr0ng" not in str(refused.value)


async def test_unreachable_servers_are_told_before_anything_starts(folder):
    nobody = free_port()
    for config in (
        StackConfig(home=folder / "unreachable", postgres=f"postgresql://ann:{PASSWORD}@127.0.0.1:{nobody}/app"),
        StackConfig(home=folder / "unreachable", redis=f"redis://:{PASSWORD}@127.0.0.1:{nobody}/0"),
        StackConfig(home=folder / "unreachable", redis="unix:///tmp/chatbench-nobody.sock"),
    ):
        with pytest.raises(Unreachable, match="cannot be reached") as refused:
            await opened(config)
        assert PASSWORD not in str(refused.value)
    assert not (folder / "unreachable" / "servers").exists()


async def test_a_database_that_is_not_there_is_named(config):
    with pytest.raises(Unreachable, match="no_such_database"):
        await opened(StackConfig(home=config.home, postgres=config.postgres.replace("/postgres", "/no_such_database")))


async def test_a_user_without_the_right_to_create_databases_is_refused(config):
    connection = await asyncpg.connect(config.postgres)
    await connection.execute(f"CREATE ROLE eve LOGIN PASSWORD '{PASSWORD}'")
    await connection.close()
    with pytest.raises(AccessRefused, match="CREATEDB"):
        await opened(StackConfig(home=config.home, postgres=config.postgres.replace("//ann:", "//eve:")))


class Fourteen:
    def get_server_version(self):
        return asyncpg.types.ServerVersion(14, 0, 11, "final", 0)


async def test_postgresql_14_is_too_old():
    with pytest.raises(TooOld, match="version 14"):
        await own._check_postgres(Fourteen(), "postgresql://db")


async def test_redis_6_is_too_old_and_nothing_is_written_to_it(folder):
    commands = []

    async def answer(reader, writer):
        with contextlib.suppress(asyncio.IncompleteReadError):
            while header := await reader.readline():
                parts = [await word(reader) for _ in range(int(header[1:]))]
                commands.append(parts[0])
                info = b"# Server\r\nredis_version:6.2.7\r\n"
                writer.write(b"$%d\r\n%s\r\n" % (len(info), info) if parts[0] == b"INFO" else b"+OK\r\n")
        writer.close()

    async def word(reader):
        size = int((await reader.readline())[1:])
        return (await reader.readexactly(size + 2))[:-2].upper()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(TooOld, match=r"version 6\.2\.7"):
            await opened(StackConfig(home=folder / "home", redis=f"redis://127.0.0.1:{port}/0"))
    assert set(commands) <= {b"CLIENT", b"SELECT", b"INFO"}


async def test_an_address_that_is_no_url_is_refused(folder):
    with pytest.raises(EnvironmentFailed, match="It looks like postgresql://"):
        await opened(StackConfig(home=folder / "home", postgres=f"host=db password={PASSWORD}"))


async def test_the_doctor_knows_the_users_servers(config):
    found = {check.name: check for check in await checks(config)}
    assert found["your PostgreSQL"].status == "ok"
    assert "pg_stat_statements" not in found
    assert found["its user"].seen == "ann, superuser"
    assert found["your Redis"].seen.startswith("Valkey")
    assert found["jit"].status == "warn"
    assert "embedded PostgreSQL" not in found


async def test_the_doctor_says_what_to_do_where_nobody_answers(folder):
    address = f"postgresql://ann:{PASSWORD}@127.0.0.1:{free_port()}/app"
    found = {check.name: check for check in await checks(StackConfig(home=folder / "home", postgres=address))}
    assert found["your PostgreSQL"].status == "fail"
    assert PASSWORD not in f"{found['your PostgreSQL']}"
    assert found["embedded Valkey"].status == "ok"


async def test_the_doctor_finds_the_embedded_servers_of_this_machine(folder):
    found = {check.name: check for check in await checks(StackConfig(home=folder / "never"))}
    assert "18." in found["embedded PostgreSQL"].seen
    assert found["account of PostgreSQL"].seen != "root"
    assert not (folder / "never").exists()
