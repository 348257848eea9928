"""The cost of a server's metrics: an application that does nothing, with counting around it and without.

Alone, since over HTTP the microseconds that it takes are lost among hundreds. `python -m harness.benchmarks.measured`.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from statistics import median

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Scope

from reference_server.measured import Measured
from reference_server.metrics import ServerMetrics

_REPEATS, _REQUESTS = 15, 4_000
_US = 1e6


async def measured() -> tuple[float, float]:
    """µs of a request without and with metrics: medians of interleaved repeats, so that a drift is in both."""
    app = Starlette(routes=[Route("/v1/unread", _nothing)])
    counted = Measured(app, ServerMetrics("spec"))
    without: list[float] = []
    with_them: list[float] = []
    for turn in range(_REPEATS):
        for one, times in ((app, without), (counted, with_them))[:: 1 if turn % 2 else -1]:
            times.append(await _time(one))
    return median(without), median(with_them)


async def _time(app: ASGIApp) -> float:
    begun = time.perf_counter()
    for _ in range(_REQUESTS):
        await app(_scope(), _receive, _send)
    return (time.perf_counter() - begun) / _REQUESTS * _US


def _scope() -> Scope:
    return {
        "type": "http",
        "method": "GET",
        "path": "/v1/unread",
        "root_path": "",
        "query_string": b"",
        "headers": [],
        "state": {},
    }


async def _nothing(_: Request) -> Response:
    return Response(b"{}")


async def _receive() -> Message:
    return {"type": "http.request"}


async def _send(_: Message) -> None:
    pass


def main(say: Callable[[str], object] = sys.stdout.write) -> None:
    without, with_them = asyncio.run(measured())
    say(f"metrics: {with_them - without:.1f} µs a request ({without:.1f} without, {with_them:.1f} with)\n")


if __name__ == "__main__":
    main()
