"""Safety on a Redis that is not ours: claim an empty or marked database, hold the server, empty nothing else.

Pub/sub channels have no logical database, so two runs on one server would hear each other: one lease (a key in
database 0 that expires by itself) is for the whole server.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from redis.asyncio import Redis
from redis.exceptions import RedisError

from harness.stack.errors import NotOurs, ServerInUse

MARK = "chatbench:mark"
LEASE = "chatbench:lease"
_LEASE_MS = 30_000

#: Marks the database if it is empty (the lease apart); 1 when it is ours afterwards.
_CLAIM = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
if redis.call('DBSIZE') - redis.call('EXISTS', KEYS[2]) > 0 then return 0 end
redis.call('SET', KEYS[1], 'chatbench')
return 1
"""
#: Empties a marked database but for the lease, and marks it again if ARGV[1] says so; 0 when it was not marked.
_EMPTY = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local lease = redis.call('GET', KEYS[2])
local left = redis.call('PTTL', KEYS[2])
redis.call('FLUSHDB')
if ARGV[1] == 'keep' then redis.call('SET', KEYS[1], 'chatbench') end
if lease and left > 0 then redis.call('SET', KEYS[2], lease, 'PX', left) end
return 1
"""
_RENEW = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0"
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


@dataclass(kw_only=True, slots=True)
class RedisLease:
    """Our hold on a whole server, until `lost` says otherwise."""

    token: str = field(default_factory=lambda: secrets.token_hex(8))
    lost: bool = False

    def check(self) -> None:
        if self.lost:
            raise ServerInUse(
                f"The lease on the Redis server ({LEASE} in database 0) was lost, so another run may be using it. "
                "The database was not emptied. Start again when the server is free."
            )


async def claim(client: Redis, shown: str) -> None:
    """Mark the client's logical database as ours, if it is empty or already so."""
    if not await client.eval(_CLAIM, 2, MARK, LEASE):
        raise NotOurs(
            f"The logical database at {shown} holds keys and no {MARK}, so it is somebody else's. "
            "Nothing was changed. Give the number of an empty one (redis://host:6379/NUMBER)."
        )


async def empty_marked(client: Redis, lease: RedisLease) -> None:
    """FLUSHDB of a marked database only; never FLUSHALL."""
    lease.check()
    if not await client.eval(_EMPTY, 2, MARK, LEASE, "keep"):
        raise NotOurs(
            f"The logical database has lost its {MARK}, so it may be somebody else's by now. It was not emptied. "
            "Give the number of an empty database."
        )


async def leave(client: Redis, lease: RedisLease) -> None:
    """Give the database back as empty as it was claimed."""
    if not lease.lost:
        with contextlib.suppress(RedisError, OSError):  # a server that is gone cannot be tidied; its mark stays ours
            await client.eval(_EMPTY, 2, MARK, LEASE, "give back")


@asynccontextmanager
async def leased(server: Redis, shown: str) -> AsyncIterator[RedisLease]:
    """Hold the server (`server` is a client of database 0) while inside."""
    lease = RedisLease()
    if not await server.set(LEASE, lease.token, nx=True, px=_LEASE_MS):
        raise ServerInUse(
            f"Another chatbench uses the Redis server at {shown} ({LEASE} in database 0 is held). Nothing was changed. "
            f"Wait for it; after a crash the lease ends by itself within {_LEASE_MS // 1000} s."
        )
    renewing = asyncio.create_task(_renew(server, lease))
    try:
        yield lease
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        with contextlib.suppress(RedisError, OSError):  # a server that is gone holds no lease either
            await server.eval(_RELEASE, 1, LEASE, lease.token)


async def _renew(server: Redis, lease: RedisLease) -> None:
    while not lease.lost:
        await asyncio.sleep(_LEASE_MS / 3000)
        try:
            lease.lost = not await server.eval(_RENEW, 1, LEASE, lease.token, str(_LEASE_MS))
        except (RedisError, OSError):
            continue  # one missed renewal is no loss; an expired lease shows at the next
