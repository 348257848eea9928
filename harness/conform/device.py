"""A device: one WebSocket of one user, as a client holds it."""

import asyncio
import time
from contextlib import suppress
from typing import Any

import aiohttp
import orjson

from harness.conform.errors import Deviation

#: How long nothing is waited for, where nothing must come.
QUIET_S = 0.25
#: Frames beyond those that are waited for; a server that sends on and on is not quiet.
_MOST_BEYOND = 100


class Device:
    """Frames as they arrive."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, patience_s: float) -> None:
        self._socket, self._patience_s = socket, patience_s

    async def tell(self, **frame: Any) -> None:
        await self.tell_text(orjson.dumps(frame).decode())

    async def tell_text(self, text: str) -> None:
        await self._socket.send_str(text)

    async def next(self, kind: str) -> dict[str, Any]:
        """The next frame of this kind; others are passed over. Raises Deviation when none comes in time."""
        return await self.any(kind)

    async def any(self, *kinds: str) -> dict[str, Any]:
        """The next frame of one of these kinds. Raises Deviation when none comes in time."""
        until = time.monotonic() + self._patience_s
        while (left := until - time.monotonic()) > 0:
            frame = await self._frame(left)
            if frame is None:
                break
            if frame.get("type") in kinds:
                return frame
        wanted = " or ".join(kinds)
        if self._socket.closed:
            raise Deviation(f"the socket closed ({self._socket.close_code}) before a {wanted} arrived")
        raise Deviation(f"no {wanted} arrived within {self._patience_s:g} s")

    async def several(self, kind: str, count: int) -> list[dict[str, Any]]:
        """So many of a kind, or as many as came in time, and what came beyond them before it was quiet."""
        found: list[dict[str, Any]] = []
        until = time.monotonic() + self._patience_s
        while len(found) < count + _MOST_BEYOND and time.monotonic() < until + self._patience_s:
            left = until - time.monotonic() if len(found) < count else QUIET_S
            frame = await self._frame(left) if left > 0 else None
            if frame is None:
                return found
            if frame.get("type") == kind:
                found.append(frame)
        return found

    async def hang_up(self) -> None:
        """Close, politely or not: a server that sends on and on never comes to answer a goodbye."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience_s):
                await self._socket.close()

    async def close_code(self) -> int | None:
        """The code with which the server closes; None when it does not within the patience."""
        until = time.monotonic() + self._patience_s
        while (left := until - time.monotonic()) > 0 and not self._socket.closed:
            await self._frame(left)
        return self._socket.close_code

    async def _frame(self, within_s: float) -> dict[str, Any] | None:
        """None when none came, or the socket has closed."""
        try:
            message = await asyncio.wait_for(self._socket.receive(), within_s)
        except TimeoutError:
            return None
        if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            return None
        try:
            frame = orjson.loads(message.data)
        except orjson.JSONDecodeError:
            raise Deviation(f"a frame is not JSON: {message.data[:80]!r}") from None
        if not isinstance(frame, dict):
            raise Deviation(f"a frame is no JSON object: {message.data[:80]!r}")
        return frame
