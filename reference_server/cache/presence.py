"""Presence: online:{user} holds when a user was last seen, with a TTL while they are online (schema-report §3.1)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from reference_server.cache import reads
from reference_server.records import Presence

ONLINE_TTL_S = 60


def key(user: UUID) -> str:
    return f"online:{user}"


def queue_online(pipe: Any, user: UUID, now: int) -> None:
    """Two replies: the TTL before in milliseconds (over 0: was online), and OK. `now` in Unix seconds."""
    pipe.pttl(key(user))
    pipe.set(key(user), now, ex=ONLINE_TTL_S)


def queue_offline(pipe: Any, user: UUID, now: int) -> None:
    """The same two replies; without a TTL the time stays as last seen."""
    pipe.pttl(key(user))
    pipe.set(key(user), now)


def queue_lookup(pipe: Any, users: Sequence[UUID]) -> None:
    """One MGET and a PTTL for each user: a bare MGET cannot tell online from last seen."""
    keys = [key(user) for user in users]
    if keys:
        pipe.mget(keys)
        for name in keys:
            pipe.pttl(name)


def read_lookup(users: Sequence[UUID], replies: Sequence[Any]) -> list[Presence]:
    """The replies to queue_lookup."""
    if not users:
        return []
    seen, ttls = replies[0], replies[1:]
    return [
        Presence(user=user, online=value is not None and ttl > 0, last_seen=last_seen(value))
        for user, value, ttl in zip(users, seen, ttls, strict=True)
    ]


def last_seen(value: bytes | None) -> datetime | None:
    reads.note("online", found=value is not None)
    return None if value is None else datetime.fromtimestamp(int(value), UTC)


def unknown(users: Sequence[UUID]) -> list[Presence]:
    """What a variant without presence answers."""
    return [Presence(user=user, online=False, last_seen=None) for user in users]
