"""Serve: one process of the reference server, `python -m reference_server.serve`."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.types import ASGIApp
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from reference_server.app import Services, create_app, open_services
from reference_server.errors import Unavailable, VariantError
from reference_server.measured import measured
from reference_server.settings import Settings, SettingsError, read_settings
from reference_server.websocket import ABORT, MAX_FRAME_BYTES

#: A failed environment, as in chatbench's own exit codes.
_ENVIRONMENT_FAILED = 3
_WRONG_USE = 2
_GRACE_S = 3
_BACKLOG = 2048


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    try:
        settings = read_settings(sys.argv[1:])
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings))
    except (SettingsError, VariantError) as problem:
        _fail(problem, _WRONG_USE)
    except Unavailable as problem:
        _fail(problem, _ENVIRONMENT_FAILED)


async def _serve(settings: Settings) -> None:
    listener = _listen(settings.host, settings.port)
    # opened before uvicorn, whose lifespan would turn a database out of reach into a stack trace
    async with open_services(settings) as services:

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[Services]:
            yield services

        app = create_app(settings.token_secret, lifespan)
        with measured(app, services, settings) as (served, metrics_port):
            await _run(served, listener, metrics_port)


async def _run(app: ASGIApp, listener: socket.socket, metrics_port: int | None) -> None:
    config = uvicorn.Config(
        app,
        ws=AbortableSocket,
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    # uvicorn stops at a signal and then raises it again; everything is closed by then or closes next
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: None)
    await ReadyServer(config, metrics_port).serve(sockets=[listener])


class ReadyServer(uvicorn.Server):
    """Says on stdout when it accepts connections, and where."""

    def __init__(self, config: uvicorn.Config, metrics_port: int | None) -> None:
        super().__init__(config)
        self._more = {} if metrics_port is None else {"metrics_port": metrics_port}

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets
        ready = orjson.dumps({"ready": True, "port": sockets[0].getsockname()[1], **self._more})
        sys.stdout.write(ready.decode() + "\n")
        sys.stdout.flush()


class AbortableSocket(WebSocketsSansIOProtocol):
    """uvicorn's websockets-sansio, which gives the application a way to drop a reader that reads nothing at all."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        scope = getattr(self, "scope", None)
        if scope is not None:
            scope["state"][ABORT] = self.transport.abort


def _is_news(record: logging.LogRecord) -> bool:
    """Uvicorn takes a handshake that was answered 401 for an application's mistake."""
    return record.getMessage() != "ASGI callable returned without completing handshake."


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as problem:
        raise Unavailable(
            f"{host} port {port} cannot be listened at ({problem.strerror or problem}), so the server does not start. "
            "Choose another port, or 0 for a free one."
        ) from problem
    listener.setblocking(False)
    return listener


def _fail(problem: Exception, code: int) -> None:
    sys.stderr.write(f"{problem}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
