"""Opening: a Chat over PostgreSQL and Redis for a while."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from redis.asyncio import BlockingConnectionPool, Redis

from reference_server.cache.replies import reply
from reference_server.chat import Chat
from reference_server.connections import Connections
from reference_server.database import Database
from reference_server.fanout import make_publisher, transport_of
from reference_server.foreign import ForeignReads, takes_writes
from reference_server.replica import ReplicaReads, replica_reads
from reference_server.sharding import rules_of
from reference_server.shards import Shards
from reference_server.variant import Variant


@asynccontextmanager
async def open_chat(
    dsn: str,
    redis_url: str,
    variant: Variant,
    *,
    connections: int = 16,
    replica: str | None = None,
    shards: Sequence[str] = (),
) -> AsyncIterator[Chat]:
    """A Chat with that many connections to PostgreSQL, and at most as many to Redis. Raises Unavailable.

    `replica` is the DSN of a standby that reads are sent to, `shards` those of the databases beside the first.
    """
    db = open_database(dsn, variant, connections=connections, replica=replica, shards=shards)
    # RESP2 and no timer around every read: the same replies for a third less of the client's time (measured).
    pool = BlockingConnectionPool.from_url(
        redis_url,
        max_connections=connections,
        timeout=None,
        protocol=2,
        socket_timeout=None,
        socket_connect_timeout=5,
    )
    redis = Redis(connection_pool=pool)
    try:
        await reply(redis.ping())
        await db.fill()
        chat = Chat(db, redis, variant, make_publisher(transport_of(variant), db))
        try:
            yield chat
        finally:
            await chat.settle()
    finally:
        await db.close()
        await redis.aclose()
        await pool.disconnect()


def open_database(
    dsn: str, variant: Variant, *, connections: int, replica: str | None, shards: Sequence[str]
) -> Database:
    """Nothing is connected before `fill`. Every shard, and the standby, gets as many connections as a single server."""
    settings = {} if variant.durability.synchronous_commit else {"synchronous_commit": "off"}
    first = Connections(dsn, connections, settings)
    if variant.topology.routing == "application":
        others = [Connections(shard, connections, settings) for shard in shards]
        return Shards([first, *others], rules_of(variant), claim=variant.queries["open_conversation/claim"].text)
    if not takes_writes(variant):
        return ForeignReads(first, variant)
    if replica is not None:
        return ReplicaReads(first, Connections(replica, connections), replica_reads(variant))
    return first
