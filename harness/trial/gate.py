"""The measuring side of the gate: one load process arrives at points, is answered, and goes on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson

from harness.errors import HarnessError

#: An outcome with a histogram per second and operation is a few MB at most.
_LINE_LIMIT_BYTES = 256 * 1024 * 1024


class LoadEndedError(HarnessError):
    """The load process has hung up; what it said tells why."""


class GateKeeper:
    """Waits for the load process at each point and lets it go on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._streams: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = (
            asyncio.get_running_loop().create_future()
        )

    def admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._streams.done():
            writer.close()
        else:
            self._streams.set_result((reader, writer))

    async def arrival(self, point: str) -> dict[str, Any]:
        """What the load process tells when it is at `point`."""
        reader, _ = await self._streams
        line = await reader.readline()
        facts: dict[str, Any] = orjson.loads(line) if line else {"at": "its end"}
        if facts["at"] != point:
            kind = HarnessError if line else LoadEndedError
            raise kind(f"The load process was expected at {point!r} and is at {facts['at']!r}, so the trial is void.")
        return facts

    async def go(self) -> None:
        _, writer = await self._streams
        writer.write(b"{}\n")
        await writer.drain()

    def close(self) -> None:
        if self._streams.done() and not self._streams.cancelled():
            self._streams.result()[1].close()
        else:
            self._streams.cancel()


@asynccontextmanager
async def open_gate(folder: Path) -> AsyncIterator[GateKeeper]:
    """A gate at a socket in `folder` (short: a socket's path holds about 100 bytes)."""
    path = folder / "gate"
    path.unlink(missing_ok=True)
    keeper = GateKeeper(path)
    server = await asyncio.start_unix_server(keeper.admit, path=path, limit=_LINE_LIMIT_BYTES)
    try:
        yield keeper
    finally:
        keeper.close()
        server.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 2)
        path.unlink(missing_ok=True)
