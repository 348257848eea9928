"""The contract of a fan-out transport: how news travels from the server that stores to the servers with sockets."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from reference_server.database import Database
from reference_server.errors import Unavailable
from reference_server.outbox import Sink

#: Told to every socket of a process that may have missed something.
RESUME_NEEDED = '{"type":"resume.needed"}'


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """One event for the devices of some users."""

    users: Sequence[UUID]
    #: JSON, as events.py makes it.
    event: bytes
    #: Conversation and id of the stored message that the event tells of, for a transport that cannot carry it whole.
    message: tuple[UUID, UUID] | None = None


#: Reads a stored message, named as News.message names it, and makes its event again; None when it is gone.
Retold = Callable[[UUID, UUID], Awaitable[bytes | None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Paths:
    """What a transport may travel over."""

    redis_url: str
    dsn: str
    retold: Retold


class Publisher(Protocol):
    """The sending side."""

    def publish(self, pipe: Any, news: News) -> Awaitable[object] | None:
        """Put the news into a pipeline of Redis; or answer what carries it beside that pipeline's round trip."""
        ...


class Subscriber(Protocol):
    """The receiving side of one process; every sink of a user gets what is published to the user, once."""

    #: How often the connection was lost.
    losses: int

    async def connect(self) -> None:
        """Raises OSError, or what the driver raises."""
        ...

    async def listen(self) -> None:
        """Pass on what is published, for ever; a lost connection is made anew."""
        ...

    async def watch(self) -> None:
        """Notice, for ever, a connection whose other end is gone without a word."""
        ...

    async def close(self) -> None: ...

    async def attach(self, user: UUID, sink: Sink) -> None:
        """Once this returns, whatever is published to the user arrives. Raises Unavailable."""
        ...

    async def detach(self, user: UUID, sink: Sink) -> None:
        """Nothing more arrives."""
        ...


class Transport(Protocol):
    """A module in transports/."""

    def publisher(self, db: Database) -> Publisher: ...
    def subscriber(self, paths: Paths) -> Subscriber: ...


def unavailable() -> Unavailable:
    return Unavailable("Nothing answers, so no events would arrive. Stored messages stay stored; try again.")
