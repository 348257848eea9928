"""Unread counts: unread:total:{user} and unread:conv:{user}:{conversation}, never counted twice (schema-report §3.2).

Theory of operation. A count in Redis is either absent or equal to the database's once every change in flight has
ended. A change (send, mark-read, deletion) raises the user's sequence and in-flight count before its transaction,
and lowers the in-flight count in the same script that adds its difference to the counts that exist. A reader that
misses notes the sequence, reads the database, and stores the result only if nothing was in flight and the sequence
still stands: so a stored count holds every change that has ended and none that has not. A change whose outcome is
unknown deletes the counts. The marks of a process that died expire; a count that it left behind stays as it was.
"""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

from reference_server.cache import reads
from reference_server.cache.replies import reply

_HERE = Path(__file__).parent
_BEGIN, _FINISH, _FORGET, _STORE = (
    (_HERE / f"{name}.lua").read_text(encoding="utf-8") for name in ("begin", "finish", "forget", "store")
)
#: Longer than a statement may take, so that marks outlive every change of a living process.
_IN_FLIGHT_TTL_S = 60
#: The sequence must outlive a reader between its two looks; an hour is plenty.
SEQUENCE_TTL_S = 3600

#: The sequence before a read, or None when the result must not be stored.
Ticket = bytes | None


class UnreadCache:
    """The counts of all users, over one Redis client."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def get(self, key: str) -> int | None:
        """A count, or None on a miss."""
        value = await reply(self._redis.get(key))
        reads.note_key(key, found=value is not None)
        # A decrement can overtake the increment it belongs to for a moment.
        return None if value is None else max(int(value), 0)

    async def get_many(self, keys: Sequence[str]) -> list[int | None]:
        """Counts in the keys' order, None for each miss."""
        values = await reply(self._redis.mget(keys)) if keys else []
        for key, value in zip(keys, values, strict=True):
            reads.note_key(key, found=value is not None)
        return [None if value is None else max(int(value), 0) for value in values]

    async def rebuild(self, user: UUID, key: str, read: Callable[[], Awaitable[int]]) -> int:
        """The database's count, stored if no change came between."""
        ticket = await self.before_read(user)
        value = await read()
        await self.store(user, key, ticket, value)
        return value

    async def before_read(self, user: UUID) -> Ticket:
        """Note the sequence; None while a change is in flight."""
        sequence, in_flight = await reply(self._redis.mget(sequence_key(user), _in_flight(user)))
        return None if in_flight is not None else sequence or b""

    async def store(self, user: UUID, key: str, ticket: Ticket, value: int) -> bool:
        """Whether the count was stored."""
        if ticket is None:
            return False
        names = (sequence_key(user), _in_flight(user), key)
        return bool(await reply(self._redis.eval(_STORE, 3, *names, ticket, value)))


def total_key(user: UUID) -> str:
    return f"unread:total:{user}"


def conversation_key(user: UUID, conversation: UUID) -> str:
    return f"unread:conv:{user}:{conversation}"


def queue_begin(pipe: Any, user: UUID) -> Any:
    """A change of this user's counts starts."""
    return pipe.eval(_BEGIN, 2, sequence_key(user), _in_flight(user), _IN_FLIGHT_TTL_S, SEQUENCE_TTL_S)


def queue_finish(pipe: Any, user: UUID, conversation: UUID, *, gained: int, reset: bool = False) -> Any:
    """The change ended: the total gains so many; the conversation gains them too, or is reset."""
    names = (_in_flight(user), total_key(user), conversation_key(user, conversation))
    return pipe.eval(_FINISH, 3, *names, gained, "reset" if reset else "add")


def queue_forget(pipe: Any, user: UUID, conversation: UUID) -> Any:
    """The change ended and nobody knows how."""
    return pipe.eval(_FORGET, 3, _in_flight(user), total_key(user), conversation_key(user, conversation))


def queue_forget_user(pipe: Any, user: UUID) -> Any:
    """The user is gone, with counts and changes in flight; one that still ends finds no mark and stores nothing."""
    return pipe.delete(total_key(user), _in_flight(user))


def sequence_key(user: UUID) -> str:
    """The mark that outlives a change, also a user's deletion: a read from before it must not be stored after it."""
    return f"chatbench:unread:sequence:{user}"


def _in_flight(user: UUID) -> str:
    return f"chatbench:unread:in_flight:{user}"
