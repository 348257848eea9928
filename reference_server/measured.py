"""Measured: the application with metrics around it; off unless asked for, and then at a port of their own."""

# Theory of operation. All counting on the way of a request is in an ASGI application around ours, so that a server
# without metrics runs the very code that it ran before. What the server knows anyway (connections, waiting frames,
# lost connections) is read when somebody asks. Asking happens in a thread of prometheus_client's, which only reads.
# Labels hold routes, methods, statuses, kinds of frames and close codes: never an id, and never what a client made up.

import errno
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPMethod
from typing import Any
from wsgiref.simple_server import WSGIServer

from prometheus_client import start_http_server
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reference_server.app import Services
from reference_server.asyncapi import FROM_SERVER
from reference_server.errors import Unavailable
from reference_server.metrics import ServerMetrics, Watched
from reference_server.settings import Settings
from reference_server.websocket import WebSocketApp

_KIND_FROM = len('{"type":"')
_ELSEWHERE = "none"
_NORMAL_CLOSE = 1000
_PORTS = 64


@contextmanager
def measured(app: Starlette, services: Services, settings: Settings) -> Iterator[tuple[ASGIApp, int | None]]:
    """What to serve, and the port at which Prometheus is answered; the application itself and None where it is off."""
    if settings.metrics_port is None:
        yield app, None
        return
    metrics = ServerMetrics(settings.variant)
    metrics.watch(_watched(app, services))
    with _exposed(metrics, settings.metrics_host, settings.metrics_port) as port:
        yield Measured(app, metrics), port


def _watched(app: Starlette, services: Services) -> Watched:
    sockets = [route.endpoint for route in app.routes if isinstance(route, WebSocketRoute)]
    return Watched(
        pools=services["chat"].db.pools,
        # a copy of the set first: it changes in another thread than the one that asks
        waiting_frames=lambda: [
            outbox.waiting for one in sockets if isinstance(one, WebSocketApp) for outbox in tuple(one.outboxes)
        ],
        fanout_losses=lambda: services["fanout"].losses,
    )


class Measured:
    """An ASGI application around another that counts and times what passes."""

    def __init__(self, app: Starlette, metrics: ServerMetrics) -> None:
        self._app, self._metrics = app, metrics
        self._paths = {id(route.endpoint): route.path for route in app.routes if isinstance(route, Route)}
        #: Children by their labels: to look one up by its texts costs as much as to count.
        self._requests: dict[tuple[str, str, int], Any] = {}
        self._seconds: dict[tuple[str, str], Any] = {}
        self._frames = {kind: metrics.frames.labels(kind) for kind in FROM_SERVER}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        begun = time.perf_counter()
        self._metrics.in_flight.inc()
        try:
            await self._app(scope, receive, noting)
        finally:
            self._metrics.in_flight.dec()
            self._answered(scope, status, time.perf_counter() - begun)

    def _answered(self, scope: Scope, status: int, took_s: float) -> None:
        # the router leaves its choice in the scope; a path that nobody chose is the client's invention
        route = self._paths.get(id(scope.get("endpoint")), _ELSEWHERE)
        method = scope["method"] if scope["method"] in HTTPMethod.__members__ else _ELSEWHERE
        times = self._seconds.get((method, route))
        if times is None:
            times = self._seconds[method, route] = self._metrics.seconds.labels(method, route)
        times.observe(took_s)
        self._count(method, route, status)

    def _count(self, method: str, route: str, status: int) -> None:
        counter = self._requests.get((method, route, status))
        if counter is None:
            counter = self._metrics.requests.labels(method, route, str(status))
            self._requests[method, route, status] = counter
        counter.inc()

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A refused handshake is a request, an accepted one a socket until the application returns."""
        is_open, code = False, _NORMAL_CLOSE

        async def sending(message: Message) -> None:
            nonlocal is_open, code
            kind = message["type"]
            if kind == "websocket.send":
                self._sent(message["text"])
            elif kind == "websocket.accept":
                is_open = True
                self._metrics.sockets.inc()
            elif kind == "websocket.close":
                code = message.get("code", _NORMAL_CLOSE)
            elif kind == "websocket.http.response.start":
                self._count("GET", "/v1/ws", message["status"])
            await send(message)

        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                self._metrics.received.inc()
            return message

        try:
            await self._app(scope, receiving, sending)
        finally:
            if is_open:
                self._metrics.sockets.dec()
                self._metrics.closed.labels(str(code)).inc()

    def _sent(self, text: str) -> None:
        counter = self._frames.get(text[_KIND_FROM : text.find('"', _KIND_FROM)])
        if counter is not None:
            counter.inc()


@contextmanager
def _exposed(metrics: ServerMetrics, host: str, port: int) -> Iterator[int]:
    """Answers Prometheus at the port that is yielded: the first free one, or any with 0. Raises Unavailable."""
    server, thread = _listening(metrics, host, port)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _listening(metrics: ServerMetrics, host: str, first: int) -> tuple[WSGIServer, threading.Thread]:
    """Processes of one machine take the next port each."""
    for port in range(first, first + _PORTS):
        try:
            return start_http_server(port, host, metrics.registry)
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE or port == first + _PORTS - 1:
                raise Unavailable(
                    f"{host} port {port} cannot be listened at ({problem.strerror or problem}), so there would be no "
                    "metrics. Choose another --metrics-port or --metrics-host."
                ) from problem
    raise AssertionError(first)
