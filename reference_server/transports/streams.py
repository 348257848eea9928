"""Redis Streams: one stream of every event, read from its tail by each server process, which picks its own users'."""

# Theory of operation. A stream remembers, so a reader that lost its connection goes on after the last entry it had and
# nobody needs to resume. Only when the stream was trimmed past that entry is something lost, and sockets are told.

import asyncio
import logging
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from reference_server.database import Database
from reference_server.errors import Unavailable
from reference_server.events import channel
from reference_server.outbox import Registry, Sink
from reference_server.transport import RESUME_NEEDED, News, Paths

STREAM = "chatbench:events"
#: About so many entries stay: several seconds of a busy server.
KEEP = 10_000
_AT_ONCE = 500
_BLOCK_MS = 5_000
#: Longer than a read may block: no answer by then means that nobody is there.
_ANSWER_WITHIN_S = 10.0
_RETRY_S = 0.2
_LOST = (RedisError, OSError, TimeoutError, Unavailable)
_log = logging.getLogger("chatbench.streams")


def publisher(db: Database) -> "StreamPublisher":  # noqa: ARG001 - the contract's
    return StreamPublisher()


def subscriber(paths: Paths) -> "StreamReader":
    return StreamReader(paths.redis_url)


class StreamPublisher:
    """In the pipeline, once for all users of an event."""

    def publish(self, pipe: Any, news: News) -> None:
        if news.users:
            fields = {"users": " ".join(map(str, news.users)), "event": news.event}
            pipe.xadd(STREAM, fields, maxlen=KEEP, approximate=True)


class StreamReader:
    """One reader of the whole stream."""

    def __init__(self, redis_url: str) -> None:
        # redis-py types the replies of streams too broadly to read them
        self._redis: Any = Redis.from_url(
            redis_url, protocol=2, socket_timeout=_ANSWER_WITHIN_S, socket_connect_timeout=5, max_connections=2
        )
        self.losses = 0
        self._registry = Registry()
        self._after = b"0-0"

    async def attach(self, user: UUID, sink: Sink) -> None:
        self._registry.add(channel(user).encode(), sink)

    async def detach(self, user: UUID, sink: Sink) -> None:
        self._registry.remove(channel(user).encode(), sink)

    async def connect(self) -> None:
        newest = await self._redis.xrevrange(STREAM, count=1)
        if newest:
            self._after = newest[0][0]

    async def listen(self) -> None:
        lost = False
        while True:
            try:
                if lost:
                    await self._check_for_gap()
                lost = False
                await self._read()
            except _LOST as problem:
                self.losses += 1
                _log.warning("The stream cannot be read (%s); trying again.", problem)
                lost = True
                await asyncio.sleep(_RETRY_S)

    async def watch(self) -> None:
        """A read answers within its time, or the connection is given up: there is nothing to watch."""

    async def close(self) -> None:
        await self._redis.aclose()

    async def _read(self) -> None:
        while True:
            answer = await self._redis.xread({STREAM: self._after}, count=_AT_ONCE, block=_BLOCK_MS)
            entries = answer[0][1] if answer else []
            if len(entries) == _AT_ONCE:
                await self._check_for_gap()
            for entry, fields in entries:
                self._after = entry
                self._pass_on(fields)

    def _pass_on(self, fields: dict[bytes, bytes]) -> None:
        frame = fields[b"event"].decode()
        for user in fields[b"users"].split(b" "):
            self._registry.deliver(b"chat:user:" + user, frame)

    async def _check_for_gap(self) -> None:
        """A reader behind by more than the stream keeps has lost what was trimmed."""
        oldest = await self._redis.xrange(STREAM, count=1)
        if oldest and _place(oldest[0][0]) > _place(self._after) > (0, 0):
            self._registry.deliver_to_all(RESUME_NEEDED)


def _place(entry: bytes) -> tuple[int, int]:
    moment, _, number = entry.partition(b"-")
    return int(moment), int(number)
