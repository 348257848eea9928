"""What the doctor looks at on the user's own servers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from redis.asyncio import Redis

from harness.doctor.check import Check
from harness.stack import own
from harness.stack.address import expect_redis_url, without_password
from harness.stack.errors import EnvironmentFailed
from harness.stack.limits import Limit, limits_of

#: Durable, measured, and without a compiler's pauses: settings that a comparison on an own server should have.
_EXPECTED = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "track_io_timing": "on",
    "pg_stat_statements.track_planning": "on",
    "jit": "off",
}


async def own_postgres(address: str) -> list[Check]:
    name = "your PostgreSQL"
    try:
        connection = await own.connect_postgres(address)
    except EnvironmentFailed as error:
        return [Check(name=name, status="fail", seen=without_password(address), remedy=str(error))]
    try:
        return [
            Check(name=name, status="ok", seen=await connection.fetchval("SHOW server_version")),
            await _own_role(connection),
            *_own_evidence(await limits_of(connection)),
            *[check async for check in _own_settings(connection)],
        ]
    finally:
        await connection.close()


async def _own_role(connection: asyncpg.Connection) -> Check:
    role = await connection.fetchrow("SELECT current_user AS name, rolsuper FROM pg_roles WHERE rolname = current_user")
    assert role, "a connected role is listed"
    if role["rolsuper"]:
        return Check(name="its user", status="ok", seen=f"{role['name']}, superuser")
    # what that costs is said one by one, by _own_limit
    return Check(name="its user", status="ok", seen=f"{role['name']}, not a superuser")


def _own_evidence(limits: list[Limit]) -> list[Check]:
    if not limits:
        return [Check(name="its evidence", status="ok", seen="complete")]
    return [_own_limit(limit) for limit in limits]


def _own_limit(limit: Limit) -> Check:
    return Check(name=limit.name, status="warn", seen=limit.seen, remedy=f"{limit.remedy} Until then {limit.lacks}.")


async def _own_settings(connection: asyncpg.Connection) -> AsyncIterator[Check]:
    for setting, expected in _EXPECTED.items():
        value = await connection.fetchval("SELECT current_setting($1, true)", setting)
        # a library's own setting is unknown until it is loaded, and that has been said
        if value is not None and value != expected:
            remedy = f"Numbers are for your setting; the embedded server has {setting} = {expected}."
            yield Check(name=setting, status="warn", seen=value, remedy=remedy)


async def own_redis(address: str) -> list[Check]:
    try:
        expect_redis_url(address)
        async with _redis(address) as client:
            await own.check_redis(client, address)
            server = await client.info("server")
            memory = await client.info("memory")
    except EnvironmentFailed as error:
        return [Check(name="your Redis", status="fail", seen=without_password(address), remedy=str(error))]
    product = f"Valkey {server['valkey_version']}" if "valkey_version" in server else f"Redis {server['redis_version']}"
    return [Check(name="your Redis", status="ok", seen=product), _eviction(memory)]


def _eviction(memory: dict[str, Any]) -> Check:
    policy = str(memory.get("maxmemory_policy", "unknown"))
    if memory.get("maxmemory") and policy != "noeviction":
        remedy = "Keys may be evicted in a window: raise maxmemory, or read hit rates with that in mind."
        return Check(name="its eviction", status="warn", seen=policy, remedy=remedy)
    return Check(name="its eviction", status="ok", seen=policy)


@asynccontextmanager
async def _redis(address: str) -> AsyncIterator[Redis]:
    client: Redis = Redis.from_url(address, protocol=2, socket_connect_timeout=own.CONNECT_S)
    try:
        yield client
    finally:
        await client.aclose()
