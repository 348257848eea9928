"""The gate between a load process and whoever measures around it: quiet here, read counters there, go on.

One JSON line each way over a Unix socket. Without a gate (plain Locust) the load simply goes on.
"""

import asyncio
from types import TracebackType
from typing import Any, Self

import orjson

from scenarios.errors import ScenarioError


class Gate:
    """Waits at named points until the measuring side says go."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        if self._path:
            self._streams = await asyncio.open_unix_connection(self._path, limit=64 * 1024 * 1024)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._streams:
            self._streams[1].close()

    async def arrive(self, point: str, **facts: Any) -> dict[str, Any]:
        """Tell that this process is at `point`, and return what the other side answers."""
        if self._streams is None:
            return {}
        reader, writer = self._streams
        writer.write(orjson.dumps({"at": point, **facts}) + b"\n")
        await writer.drain()
        line = await reader.readline()
        if not line:
            raise ScenarioError(
                f"The measuring process went away while the load waited at {point!r}, so nothing measures this load. "
                "Start the trial again."
            )
        answer: dict[str, Any] = orjson.loads(line)
        return answer
