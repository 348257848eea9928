"""The cost of metrics: a load process that answers Prometheus and one that does not; a server that counts and not."""

import asyncio
import socket
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from harness.benchmarks.interleaving import on_and_off, ratio_of
from harness.benchmarks.measured import requests_per_s
from harness.benchmarks.pages import PageBench, chat_user
from harness.benchmarks.result import Result

#: Oftener than Prometheus asks by default, every 15 s: what it costs is rather overstated.
_EVERY_S = 1.0
#: Locust's master and its two workers take a port each.
_PORTS = 3


async def exposed_load(bench: PageBench) -> Result:
    """A page of one message, where a cost per call weighs the most, while somebody asks every second."""

    async def measure(exposed: bool) -> float:  # noqa: FBT001 - on or off
        if not exposed:
            return await chat_user(bench, 1)
        port = _free_port()
        async with _asking(port):
            return await chat_user(bench, 1, "--metrics-port", str(port))

    pairs = await on_and_off(bench.repeats, measure)
    return ratio_of(pairs, name="page1_exposed_vs_unexposed", what="pages", on="exposed", off="no --metrics-port")


async def measured_server(*, repeats: int) -> Result:
    """An application that does nothing: over HTTP the microseconds would be lost among hundreds."""
    pairs = await on_and_off(repeats, requests_per_s)
    return ratio_of(pairs, name="empty_request_counted_vs_not", what="requests", on="counted", off="no metrics")


@asynccontextmanager
async def _asking(port: int) -> AsyncIterator[None]:
    """What Prometheus does; before its processes listen, and after, nobody answers."""

    async def ask() -> None:
        while True:
            await asyncio.sleep(_EVERY_S)
            for one in range(port, port + _PORTS):
                await asyncio.to_thread(_scrape, one)

    asking = asyncio.create_task(ask())
    try:
        yield
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking


def _scrape(port: int) -> None:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        answer.read()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
