"""Fan-out: every socket of every user that is connected here gets the user's events, over the variant's transport."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
from redis.exceptions import RedisError

from reference_server.database import Database
from reference_server.errors import Unavailable
from reference_server.transport import Paths, Publisher, Subscriber, Transport
from reference_server.transports import notify, pubsub, sharded_pubsub, streams
from reference_server.variant import Variant

#: By the name that a variant gives as fanout.transport.
TRANSPORTS = cast(
    dict[str, Transport], {"pubsub": pubsub, "sharded_pubsub": sharded_pubsub, "streams": streams, "notify": notify}
)
_LOST = (RedisError, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


def transport_of(variant: Variant) -> str:
    """The name in TRANSPORTS."""
    return variant.fanout.transport


def make_publisher(transport: str, db: Database) -> Publisher:
    return TRANSPORTS[transport].publisher(db)


@asynccontextmanager
async def open_fanout(transport: str, paths: Paths) -> AsyncIterator[Subscriber]:
    """A connected subscriber that listens. Raises Unavailable."""
    subscriber = TRANSPORTS[transport].subscriber(paths)
    try:
        await subscriber.connect()
    except _LOST as problem:
        raise Unavailable(
            f"The transport {transport} cannot be reached: {problem}. Check address and server."
        ) from problem
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(subscriber.listen()), asyncio.create_task(subscriber.watch())]
    try:
        yield subscriber
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await subscriber.close()
