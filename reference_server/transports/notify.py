"""PostgreSQL's LISTEN and NOTIFY: one listening connection per server process, one channel per user."""

# Theory of operation. A notification holds less than 8,000 bytes. A longer event is announced by the ids of its message
# only, and the receiving process reads the row; what came meanwhile waits behind it, so that events keep their order.
# asyncpg runs one command at a time on a connection, hence the lock.

import asyncio
import contextlib
import logging
from collections.abc import Awaitable
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from reference_server.attaching import Attaching
from reference_server.database import Database
from reference_server.errors import Unavailable
from reference_server.events import channel
from reference_server.transport import RESUME_NEEDED, News, Paths, Retold, unavailable

#: A payload must be shorter than 8,000 bytes (PostgreSQL manual, NOTIFY).
MOST_BYTES = 7_999
_PUBLISH = (Path(__file__).parents[1] / "sql" / "notify" / "publish.sql").read_text(encoding="utf-8")
_REFERENCE = "stored:"
_RETRY_S = 0.2
_PING_EVERY_S = 15.0
_ANSWER_WITHIN_S = 10.0
_LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
_log = logging.getLogger("chatbench.notify")


def publisher(db: Database) -> "Notifier":
    return Notifier(db)


def subscriber(paths: Paths) -> "NotificationListener":
    return NotificationListener(paths.dsn, paths.retold)


class Notifier:
    """One statement for all users of an event, beside the round trip to Redis."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def publish(self, pipe: Any, news: News) -> Awaitable[object] | None:  # noqa: ARG002 - the contract's
        if not news.users:
            return None
        return self._db.fetch(_PUBLISH, [channel(user) for user in news.users], _payload(news))


def _payload(news: News) -> str:
    if len(news.event) <= MOST_BYTES:
        return news.event.decode()
    assert news.message, "only events of messages are long"
    return _REFERENCE + " ".join(map(str, news.message))


class NotificationListener(Attaching):
    """Channels are listened to while somebody is attached."""

    def __init__(self, dsn: str, retold: Retold) -> None:
        super().__init__()
        self._dsn = dsn
        self.losses = 0
        self._retold = retold
        self._connection: asyncpg.Connection | None = None
        self._listening: set[bytes] = set()
        self._lock = asyncio.Lock()
        self._lost = asyncio.Event()
        self._waiting: asyncio.Queue[tuple[bytes, str]] = asyncio.Queue()
        self._busy = False

    async def connect(self) -> None:
        async with self._lock:
            connection = await asyncpg.connect(self._dsn, server_settings={"application_name": "chatbench"}, timeout=5)
            connection.add_termination_listener(self._on_lost)
            self._lost.clear()
            self._listening = set()
            self._connection = connection
            for name in self._registry.channels():
                await self._listen(connection, name)

    async def listen(self) -> None:
        reader = asyncio.create_task(self._read_stored())
        try:
            while True:
                await self._lost.wait()
                self.losses += 1
                _log.warning("The listening connection was lost; connecting again.")
                await self._drop()
                await self._reconnect()
        finally:
            reader.cancel()

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(_PING_EVERY_S)
            with contextlib.suppress(*_LOST):
                await self._ping()

    async def close(self) -> None:
        await self._drop()

    async def _ping(self) -> None:
        async with self._lock:
            if self._connection is None:
                return
            try:
                await self._connection.execute("SELECT", timeout=_ANSWER_WITHIN_S)
            except TimeoutError:
                self._connection.terminate()

    async def _settle(self, name: bytes) -> None:
        """Make the channel what the registry says."""
        async with self._lock:
            connection = self._connection
            if connection is None:
                raise unavailable()
            try:
                if name in self._registry and name not in self._listening:
                    await self._listen(connection, name)
                elif name not in self._registry and name in self._listening:
                    self._listening.discard(name)
                    await connection.remove_listener(name.decode(), self._on_notification)
            except _LOST as problem:
                raise unavailable() from problem

    async def _listen(self, connection: asyncpg.Connection, name: bytes) -> None:
        await connection.add_listener(name.decode(), self._on_notification)
        self._listening.add(name)

    def _on_notification(self, _connection: Any, _process: int, name: str, payload: object) -> None:
        payload = str(payload)
        if payload.startswith(_REFERENCE) or self._busy:
            self._busy = True
            self._waiting.put_nowait((name.encode(), payload))
        else:
            self._registry.deliver(name.encode(), payload)

    async def _read_stored(self) -> None:
        """Events that are to be read, and those that came behind them."""
        while True:
            name, payload = await self._waiting.get()
            frame = await self._whole(payload)
            if frame is not None:
                self._registry.deliver(name, frame)
            self._busy = not self._waiting.empty()

    async def _whole(self, payload: str) -> str | None:
        if not payload.startswith(_REFERENCE):
            return payload
        conversation, message = payload.removeprefix(_REFERENCE).split(" ")
        try:
            event = await self._retold(UUID(conversation), UUID(message))
        except Unavailable:
            return RESUME_NEEDED
        return None if event is None else event.decode()

    def _on_lost(self, _connection: Any) -> None:
        self._lost.set()

    async def _drop(self) -> None:
        async with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.remove_termination_listener(self._on_lost)
                connection.terminate()

    async def _reconnect(self) -> None:
        while self._connection is None:
            await asyncio.sleep(_RETRY_S)
            try:
                await self.connect()
            except _LOST:
                await self._drop()
        self._registry.deliver_to_all(RESUME_NEEDED)
