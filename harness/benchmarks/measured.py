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

from harness.benchmarks.interleaving import on_and_off
from reference_server.measured import Measured
from reference_server.metrics import ServerMetrics

_REPEATS, _REQUESTS = 15, 4_000
_US = 1e6


async def requests_per_s(counted: bool) -> float:  # noqa: FBT001 - on or off
    """Of an application that answers at once, with metrics around it or without."""
    plain = Starlette(routes=[Route("/v1/unread", _nothing)])
    app: ASGIApp = Measured(plain, ServerMetrics("spec")) if counted else plain
    begun = time.perf_counter()
    for _ in range(_REQUESTS):
        await app(_scope(), _receive, _send)
    return _REQUESTS / (time.perf_counter() - begun)


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
    pairs = asyncio.run(on_and_off(_REPEATS, requests_per_s))
    with_them, without = (_US / median(values) for values in zip(*pairs, strict=True))
    say(f"metrics: {with_them - without:.1f} µs a request ({without:.1f} without, {with_them:.1f} with)\n")


if __name__ == "__main__":
    main()
