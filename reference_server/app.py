"""The application: REST, WebSocket, health and OpenAPI over one Chat and one Fanout."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypedDict

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from reference_server import asyncapi, openapi, problems, rest
from reference_server.chat import Chat
from reference_server.errors import ChatError
from reference_server.fanout import open_fanout, transport_of
from reference_server.opening import open_chat
from reference_server.settings import Settings
from reference_server.transport import Paths, Subscriber
from reference_server.variant import load_variant
from reference_server.websocket import WebSocketApp


class Services(TypedDict):
    """What the application works with: the state of every request."""

    chat: Chat
    fanout: Subscriber


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """The services of one server process. Raises Unavailable, VariantError."""
    variant = load_variant(settings.variant)
    async with open_chat(
        settings.postgres,
        settings.redis,
        variant,
        connections=settings.connections,
        replica=settings.replica,
        shards=settings.shards,
    ) as chat:
        paths = Paths(redis_url=settings.redis, dsn=settings.postgres, retold=chat.retold)
        async with open_fanout(transport_of(variant), paths) as fanout:
            yield Services(chat=chat, fanout=fanout)


def create_app(secret: bytes, lifespan: Callable[[Starlette], AbstractAsyncContextManager[Services]]) -> Starlette:
    """An ASGI application; `lifespan` opens its services, or hands over open ones. Tokens are signed with `secret`."""
    app = Starlette(
        routes=[
            *rest.routes(secret),
            WebSocketRoute("/v1/ws", WebSocketApp(secret)),
            Route("/healthz", _healthz),
            Route("/openapi.json", _openapi),
            Route("/asyncapi.json", _asyncapi),
        ],
        exception_handlers={
            ChatError: problems.on_chat_error,
            HTTPException: problems.on_http_error,
            Exception: problems.on_unexpected,
        },
        lifespan=lifespan,
    )
    # a path with a slash too many is a mistake to tell, not to follow
    app.router.redirect_slashes = False
    return app


async def _healthz(request: Request) -> Response:
    """Healthy means that both databases answer. Raises Unavailable."""
    chat: Chat = request.state.chat
    await chat.db.fetchval("SELECT 1")
    pipe = chat.pipe()
    pipe.ping()
    await chat.answers(pipe)
    return Response(b'{"status":"ok"}', media_type="application/json")


async def _openapi(_: Request) -> Response:
    return Response(openapi.document(), media_type="application/json")


async def _asyncapi(_: Request) -> Response:
    return Response(asyncapi.document(), media_type="application/json")
