"""A variant's site: a clone of its snapshot, an empty Redis, and the use cases over both."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from redis.asyncio import Redis

from harness.seeding.databases import Mark, clone_database, drop_database
from harness.seeding.snapshots import Snapshot
from harness.stack.stack import Stack
from harness.trial.beside import cloned_shards
from harness.verify.replayed import replayed
from harness.verify.site import Site
from reference_server.opening import open_chat
from reference_server.prepared import PreparedConnection
from reference_server.variant import Variant

_CONNECTIONS = 4


@asynccontextmanager
async def variant_site(stack: Stack, variant: Variant, snapshot: Snapshot) -> AsyncIterator[Site]:
    """The clone goes when it is left."""
    clone = f"chatbench_verify_{secrets.token_hex(4)}"
    await clone_database(stack.postgres.admin_dsn, snapshot.database, clone, Mark(role="trial", facts={}))
    try:
        async with (
            cloned_shards(stack, variant, snapshot, clone) as shards,
            replayed(stack, variant, clone) as at,
            site_over(at.dsn, stack.redis.url(0), variant, shards=shards, replica=at.replica) as site,
        ):
            await stack.empty_redis()
            yield site
    finally:
        await drop_database(stack.postgres.admin_dsn, clone)


@asynccontextmanager
async def site_over(
    dsn: str, redis_url: str, variant: Variant, *, shards: Sequence[str] = (), replica: str | None = None
) -> AsyncIterator[Site]:
    """A site over a database that checks may write to."""
    async with AsyncExitStack() as closing:
        places = []
        for place in (dsn, *shards):
            places.append(await PreparedConnection.connect(place))
            closing.push_async_callback(places[-1].close)
        redis: Redis = Redis.from_url(redis_url, protocol=2)
        closing.push_async_callback(redis.aclose)
        chat = await closing.enter_async_context(
            open_chat(dsn, redis_url, variant, connections=_CONNECTIONS, shards=shards, replica=replica)
        )
        yield Site(variant=variant, database=places[0], chat=chat, redis=redis, is_clone=True, others=tuple(places[1:]))
