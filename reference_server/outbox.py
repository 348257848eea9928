"""Outboxes: what waits for one socket, bounded; and which sinks listen to which channel."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

#: Events that wait for one socket. A device that is this far behind is closed and resumes by cursor:
#: to wait would stall others or fill the memory, to drop events silently would lose messages.
ROOM = 1_000
#: And so many characters, since a frame may hold 64 KiB: a thousand slow readers must not fill the memory.
ROOM_CHARACTERS = 2 * 1024 * 1024


def nothing() -> None:
    """What happens on overflow until somebody says otherwise."""


class Sink(Protocol):
    """Whatever takes frames without waiting."""

    def put(self, frame: str) -> None: ...


class Outbox:
    """Frames for one socket, in order."""

    def __init__(self, room: int = ROOM, room_characters: int = ROOM_CHARACTERS) -> None:
        self._room = room
        self._characters_left = room_characters
        self._frames: deque[str] = deque()
        self._filled = asyncio.Event()
        self.overflowed = False
        self.on_overflow: Callable[[], object] = nothing

    def put(self, frame: str) -> None:
        """Never waits. One frame too many empties the outbox for good."""
        if self.overflowed:
            return
        if len(self._frames) >= self._room or len(frame) > self._characters_left:
            self.overflowed = True
            self._frames.clear()
            self.on_overflow()
            return
        self._frames.append(frame)
        self._characters_left -= len(frame)
        self._filled.set()

    @property
    def waiting(self) -> int:
        """Frames in it."""
        return len(self._frames)

    async def take(self) -> str:
        """The next frame, when there is one."""
        while not self._frames:
            self._filled.clear()
            await self._filled.wait()
        frame = self._frames.popleft()
        self._characters_left += len(frame)
        return frame


class Registry:
    """Which sinks listen to which channel."""

    def __init__(self) -> None:
        self._listening: dict[bytes, set[Sink]] = {}

    def add(self, channel: bytes, sink: Sink) -> None:
        self._listening.setdefault(channel, set()).add(sink)

    def remove(self, channel: bytes, sink: Sink) -> None:
        """Again changes nothing."""
        listening = self._listening.get(channel, set())
        listening.discard(sink)
        if not listening:
            self._listening.pop(channel, None)

    def __contains__(self, channel: bytes) -> bool:
        """Whether anybody listens."""
        return channel in self._listening

    def channels(self) -> list[bytes]:
        return list(self._listening)

    def deliver(self, channel: bytes, frame: str) -> None:
        """To every listener of a channel."""
        # a copy: an overflow may take a listener away meanwhile
        for outbox in tuple(self._listening.get(channel, ())):
            outbox.put(frame)

    def deliver_to_all(self, frame: str) -> None:
        for outbox in self._all():
            outbox.put(frame)

    def _all(self) -> Iterable[Sink]:
        return [outbox for listening in self._listening.values() for outbox in listening]
