"""Sharded pub/sub (Redis 7, Valkey): a channel lives on the node of its hash slot, so a cluster passes nothing around.

On one node, as here, it shows what the other commands cost; what a cluster would save is not seen.
"""

from reference_server.database import Database
from reference_server.transport import Paths
from reference_server.transports.pubsub import Commands, PubSub, PubSubPublisher

COMMANDS = Commands(publish="SPUBLISH", subscribe="SSUBSCRIBE", unsubscribe="SUNSUBSCRIBE", message=b"smessage")


def publisher(db: Database) -> PubSubPublisher:  # noqa: ARG001 - the contract's
    return PubSubPublisher(COMMANDS)


def subscriber(paths: Paths) -> PubSub:
    return PubSub(paths.redis_url, COMMANDS)
