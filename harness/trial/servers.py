"""The reference servers that chatbench starts for the target `server`."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from harness.errors import HarnessError
from harness.trial.load_process import complaint, start_apart

_START_S = 20.0
_STOP_S = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceServer:
    """One started server process."""

    url: str
    pid: int


@asynccontextmanager
async def reference_servers(
    count: int, *, variant: str, secrets: Mapping[str, str], connections: int, log: Path, port: int | None = None
) -> AsyncIterator[list[ReferenceServer]]:
    """`count` server processes that answer, at ports from `port` on or at free ones.

    DSN, Redis URL and token secret reach them by environment only.
    """
    ports = [0] * count if port is None else range(port, port + count)
    async with AsyncExitStack() as stack:
        started = [await stack.enter_async_context(_server(variant, secrets, connections, log, one)) for one in ports]
        urls = await asyncio.gather(*(_url(process, log) for process in started))
        yield [ReferenceServer(url=url, pid=process.pid) for url, process in zip(urls, started, strict=True)]


@asynccontextmanager
async def _server(
    variant: str, secrets: Mapping[str, str], connections: int, log: Path, port: int
) -> AsyncIterator[asyncio.subprocess.Process]:
    command = [
        *(sys.executable, "-P", "-m", "reference_server.serve", "--variant", variant),
        *("--port", str(port), "--connections", str(connections)),
    ]
    process = await start_apart(command, secrets=secrets, log=log, says=asyncio.subprocess.PIPE)
    try:
        yield process
    finally:
        await _stop(process)


async def _url(process: asyncio.subprocess.Process, log: Path) -> str:
    assert process.stdout
    try:
        line = await asyncio.wait_for(process.stdout.readline(), _START_S)
        port = orjson.loads(line)["port"]
    except (TimeoutError, ValueError, KeyError) as error:
        raise HarnessError(
            f"A reference server did not start ({complaint(log)}), so nothing can be measured over it. "
            f"Its output is in {log}."
        ) from error
    return f"http://127.0.0.1:{port}"


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), _STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()
