"""The stack of a run: PostgreSQL and Redis, embedded or the user's own, started and stopped with it."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from redis.asyncio import Redis

from harness.seeding.databases import drop_all
from harness.stack import binaries, own, postgres, redis_guard, valkey
from harness.stack.accounts import server_account
from harness.stack.address import expect_redis_url, without_password
from harness.stack.config import StackConfig, benchmark_settings, machine_memory_bytes
from harness.stack.errors import ServerInUse
from harness.stack.home import locked, server_folder
from harness.stack.limits import limits_of
from harness.stack.nowhere import Nowhere
from harness.stack.own import OwnPostgres, OwnRedis
from harness.stack.postgres import EmbeddedPostgres
from harness.stack.replica import Replica
from harness.stack.valkey import EmbeddedValkey

#: Roles of databases that live only as long as a run: left-overs are a killed run's.
_PASSING = ("trial", "serve", "test")
#: Session lock on the user's own server: "chatbench" in a 64-bit key.
_LOCK_KEY = int.from_bytes(b"chatbnch")
#: Paths say nothing about a measurement and belong in no report.
_SETTINGS = (
    "SELECT name, current_setting(name) AS value FROM pg_settings "
    "WHERE source NOT IN ('default', 'override', 'client', 'session') "
    "AND name !~ '(_file|_directory|_directories)$' ORDER BY name"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stack:
    """What a run talks to."""

    postgres: EmbeddedPostgres | OwnPostgres | Nowhere
    redis: EmbeddedValkey | OwnRedis | Nowhere
    #: Starts a standby of the embedded PostgreSQL; the user's own has none of ours.
    replica: Replica | None = None

    async def limits(self) -> list[str]:
        """What PostgreSQL does not let its user do or see, each a sentence."""
        if isinstance(self.postgres, Nowhere):
            return []
        connection = await asyncpg.connect(self.postgres.admin_dsn)
        try:
            return [limit.sentence for limit in await limits_of(connection)]
        finally:
            await connection.close()

    async def settings(self) -> dict[str, str]:
        """PostgreSQL's settings that differ from its defaults."""
        connection = await asyncpg.connect(self.postgres.admin_dsn)
        try:
            return {row["name"]: row["value"] for row in await connection.fetch(_SETTINGS)}
        finally:
            await connection.close()

    async def empty_redis(self) -> None:
        """Empty the logical database that trials use; what is not ours stays."""
        client: Redis = Redis.from_url(self.redis.url(), protocol=2)
        try:
            await self.redis.empty(client)
        finally:
            await client.aclose()

    async def describe(self) -> dict[str, Any]:
        """Versions and settings, for the record of a run; nothing of somebody else's."""
        if isinstance(self.postgres, Nowhere):
            return {}
        connection = await asyncpg.connect(self.postgres.admin_dsn)
        try:
            version = await connection.fetchval("SHOW server_version")
        finally:
            await connection.close()
        client: Redis = Redis.from_url(self.redis.url(), protocol=2)
        try:
            server = await client.info("server")
        finally:
            await client.aclose()
        product = "Valkey" if "valkey_version" in server else "Redis"
        return {
            "postgres": {"version": version, "embedded": self.postgres.embedded, "limits": await self.limits()},
            "postgres_settings": await self.settings(),
            "redis": {
                "product": product,
                "version": str(server.get("valkey_version") or server["redis_version"]),
                "embedded": self.redis.embedded,
            },
        }


@asynccontextmanager
async def no_stack() -> AsyncIterator[Stack]:
    """For a run against somebody else's server: nothing is started, and the home is free for others."""
    yield Stack(postgres=Nowhere(), redis=Nowhere())


@asynccontextmanager
async def open_stack(config: StackConfig) -> AsyncIterator[Stack]:
    """Lock the home, start or reach both servers, and stop what was started, whatever happens inside."""
    async with AsyncExitStack() as closing:
        closing.enter_context(locked(config.home))
        # the user's own first: a wrong address is said before anything starts
        own_postgres = await _own_postgres(config.postgres, closing) if config.postgres else None
        own_redis = await _own_redis(config.redis, closing) if config.redis else None
        replica = None if own_postgres else await _embedded_postgres(config, closing)
        yield Stack(
            postgres=own_postgres or replica.primary,  # type: ignore[union-attr] # one of the two is there
            redis=own_redis or await _embedded_valkey(config.home, closing),
            replica=replica,
        )


async def _embedded_postgres(config: StackConfig, closing: AsyncExitStack) -> Replica:
    """The server, as the primary of a replica that is not there yet."""
    account = server_account()
    folder = server_folder(config.home, account)
    settings = {**benchmark_settings(machine_memory_bytes(), _shared_memory_bytes()), **config.settings}
    programs = binaries.postgres_programs(account)
    server = closing.enter_context(postgres.running(folder, programs, account, settings))
    await postgres.ready(server)
    replica = Replica(primary=server, folder=folder / "replica", programs=programs, account=account, settings=settings)
    # what a killed run left
    await replica.remove()
    closing.push_async_callback(replica.remove)
    await drop_all(server.admin_dsn, roles=_PASSING)
    return replica


async def _embedded_valkey(home: Path, closing: AsyncExitStack) -> EmbeddedValkey:
    account = server_account()
    folder = server_folder(home, account)
    server = closing.enter_context(valkey.running(folder, binaries.valkey_program(account), account))
    await valkey.ready(server)
    return server


async def _own_postgres(address: str, closing: AsyncExitStack) -> OwnPostgres:
    connection = await own.connect_postgres(address)
    closing.push_async_callback(connection.close, timeout=5)
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK_KEY):
        raise ServerInUse(
            f"Another chatbench uses PostgreSQL at {without_password(address)} (it holds an advisory lock). "
            "Nothing was changed. Wait for it, or use another server: two runs would disturb each other's numbers."
        )
    server = OwnPostgres(address=address)
    await drop_all(server.admin_dsn, roles=_PASSING)
    return server


async def _own_redis(address: str, closing: AsyncExitStack) -> OwnRedis:
    expect_redis_url(address)
    shown = without_password(address)
    client: Redis = Redis.from_url(address, protocol=2, socket_connect_timeout=own.CONNECT_S)
    closing.push_async_callback(client.aclose)
    await own.check_redis(client, address)
    server: Redis = Redis.from_url(address, protocol=2)
    server.connection_pool.connection_kwargs["db"] = 0
    closing.push_async_callback(server.aclose)
    lease = await closing.enter_async_context(redis_guard.leased(server, shown))
    # after the lease, so that a server in use is left alone; given back before the lease ends
    await redis_guard.claim(client, shown)
    closing.push_async_callback(redis_guard.leave, client, lease)
    return OwnRedis(address=address, lease=lease, may_configure=bool(os.environ.get("CHATBENCH_CONFIGURE_REDIS")))


def _shared_memory_bytes() -> int | None:
    place = Path("/dev/shm")  # noqa: S108 -- asked for its size only
    return shutil.disk_usage(place).free if place.exists() else None
