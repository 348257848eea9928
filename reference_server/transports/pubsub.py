"""Redis pub/sub, as the report has it (§3.4): one connection per server process, one channel per user."""

# Theory of operation. Redis answers SUBSCRIBE, UNSUBSCRIBE and PING in the order in which they were sent, so the
# futures in `_asked` are resolved first in, first out. Commands are sent under a lock, which also decides what to
# send: two devices of a user that come and go at once leave the channel as the registry has it. The connection is
# redis-py's bare one, since its PubSub reconnects silently, and what was published meanwhile would be lost unseen:
# here the loss becomes {"type": "resume.needed"} at every socket.

import asyncio
import contextlib
import logging
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from reference_server.attaching import Attaching
from reference_server.database import Database
from reference_server.errors import Unavailable
from reference_server.events import channel
from reference_server.transport import RESUME_NEEDED, News, Paths, unavailable

_BATCH = 500
_RETRY_S = 0.2
_PING_EVERY_S = 15.0
_ANSWER_WITHIN_S = 10.0
_LOST = (RedisError, OSError, TimeoutError)
_log = logging.getLogger("chatbench.fanout")


@dataclass(frozen=True, kw_only=True, slots=True)
class Commands:
    """Redis's names of what this speaks."""

    publish: str
    subscribe: str
    unsubscribe: str
    #: The first word of what is published.
    message: bytes


COMMANDS = Commands(publish="PUBLISH", subscribe="SUBSCRIBE", unsubscribe="UNSUBSCRIBE", message=b"message")


def publisher(db: Database) -> "PubSubPublisher":  # noqa: ARG001 - the contract's
    return PubSubPublisher(COMMANDS)


def subscriber(paths: Paths) -> "PubSub":
    return PubSub(paths.redis_url, COMMANDS)


class PubSubPublisher:
    """In the pipeline, once per user."""

    def __init__(self, commands: Commands) -> None:
        self._command = commands.publish

    def publish(self, pipe: Any, news: News) -> None:
        for user in news.users:
            pipe.execute_command(self._command, channel(user), news.event)


class PubSub(Attaching):
    """Attach a sink to a user and everything published to the user arrives in it."""

    def __init__(self, redis_url: str, commands: Commands) -> None:
        super().__init__()
        self._commands = commands
        self.losses = 0
        # redis-py types its connections in part only; a Unix socket takes no keepalive, and our own pings do as well
        self._pool: Any = ConnectionPool.from_url(redis_url, protocol=2, socket_timeout=None, socket_connect_timeout=5)
        self._connection: Any = None
        self._subscribed: dict[bytes, asyncio.Future[None]] = {}
        #: Channels whose listeners have changed since Redis was last told.
        self._unsettled: set[bytes] = set()
        self._asked: deque[asyncio.Future[None]] = deque()
        self._lock = asyncio.Lock()

    async def connect(self) -> None:
        """Connect and subscribe to every channel that is listened to. Raises what redis-py raises."""
        async with self._lock:
            connection: Any = self._pool.make_connection()
            await connection.connect()
            self._connection = connection
            self._subscribed = {}
            self._unsettled = set()
            await self._send_batches(self._commands.subscribe, self._registry.channels())

    async def listen(self) -> None:
        """Pass on what is published, for ever; a lost connection is made anew."""
        while True:
            try:
                await self._read()
            except _LOST as problem:
                self.losses += 1
                _log.warning("The pub/sub connection was lost (%s); connecting again.", problem)
            await self._drop()
            await self._reconnect()

    async def watch(self) -> None:
        """A connection whose other end is gone without a word is noticed by an unanswered PING."""
        while True:
            await asyncio.sleep(_PING_EVERY_S)
            with contextlib.suppress(*_LOST, Unavailable):
                await self._ping()

    async def close(self) -> None:
        await self._drop()
        await self._pool.disconnect()

    async def _ping(self) -> None:
        async with self._lock:
            connection = self._connection
            if connection is None:
                return
            asked = await self._send("PING", ())
        try:
            await asyncio.wait_for(asyncio.shield(asked[0]), _ANSWER_WITHIN_S)
        except TimeoutError:
            await connection.disconnect(nowait=True)

    async def _settle(self, name: bytes) -> None:
        """Make the channel what the registry says, and wait until Redis says so too."""
        self._unsettled.add(name)
        async with self._lock:
            if self._connection is None:
                raise unavailable()
            if name in self._unsettled:
                # whoever comes or goes in the same turn of the loop shares the command
                await asyncio.sleep(0)
                await self._settle_all()
            answered = self._subscribed.get(name)
        if answered is not None:
            await asyncio.shield(answered)
        elif name in self._registry:
            raise unavailable()

    async def _settle_all(self) -> None:
        names, self._unsettled = self._unsettled, set()
        wanted = [name for name in names if name in self._registry and name not in self._subscribed]
        left = [name for name in names if name not in self._registry and name in self._subscribed]
        try:
            await self._send_batches(self._commands.subscribe, wanted)
            await self._send_batches(self._commands.unsubscribe, left)
        except _LOST as problem:
            raise unavailable() from problem

    async def _send_batches(self, command: str, names: Sequence[bytes]) -> None:
        for start in range(0, len(names), _BATCH):
            await self._send(command, names[start : start + _BATCH])

    async def _send(self, command: str, names: Sequence[bytes]) -> list[asyncio.Future[None]]:
        """Redis answers once per channel, and a PING once. Call it under the lock."""
        asked: list[asyncio.Future[None]] = [
            asyncio.get_running_loop().create_future() for _ in range(max(1, len(names)))
        ]
        for one in asked:
            one.add_done_callback(_retrieved)
        self._asked.extend(asked)
        if command == self._commands.subscribe:
            self._subscribed.update(zip(names, asked, strict=True))
        elif command == self._commands.unsubscribe:
            for name in names:
                del self._subscribed[name]
        await self._connection.send_command(command, *names, check_health=False)
        return asked

    async def _read(self) -> None:
        read, deliver, message = self._connection.read_response, self._registry.deliver, self._commands.message
        while True:
            reply = await read(timeout=math.inf)
            if isinstance(reply, list) and reply[0] == message:
                deliver(reply[1], reply[2].decode())
            elif self._asked and not (asked := self._asked.popleft()).done():
                asked.set_result(None)

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        asked, self._asked = self._asked, deque()
        self._subscribed = {}
        for one in asked:
            if not one.done():
                one.set_exception(unavailable())
        if connection is not None:
            await connection.disconnect(nowait=True)

    async def _reconnect(self) -> None:
        while self._connection is None:
            await asyncio.sleep(_RETRY_S)
            with contextlib.suppress(*_LOST):
                await self.connect()
        last = self._asked[-1] if self._asked else None
        if last is not None:
            # only a socket that is subscribed again resumes without a gap
            last.add_done_callback(self._ask_to_resume)

    def _ask_to_resume(self, subscribed: asyncio.Future[None]) -> None:
        if not subscribed.cancelled() and subscribed.exception() is None:
            self._registry.deliver_to_all(RESUME_NEEDED)


def _retrieved(asked: asyncio.Future[None]) -> None:
    """Whoever asked may have left; an answer that nobody waits for is no error."""
    if not asked.cancelled():
        asked.exception()
