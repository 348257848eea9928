"""Which client a target needs, opened for the length of one test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from scenarios.protocol import ChatClient
from scenarios.settings import NULL, Settings


@asynccontextmanager
async def open_client(settings: Settings) -> AsyncIterator[ChatClient]:
    """The target's client; imports are local so that a URL target needs no database driver and the reverse."""
    if settings.urls:
        from scenarios.clients.server import server_client  # noqa: PLC0415

        async with server_client(urls=settings.urls, secret=settings.token_secret) as client:
            yield client
        return
    if settings.target == NULL:
        from scenarios.clients.null import NullClient  # noqa: PLC0415

        yield cast("ChatClient", NullClient())
        return
    from scenarios.clients.direct import direct_client  # noqa: PLC0415

    assert settings.postgres, "settings_from checked it"
    assert settings.redis, "settings_from checked it"
    async with direct_client(
        postgres=settings.postgres,
        redis=settings.redis,
        variant=settings.variant,
        connections=settings.connections,
        replica=settings.replica,
        shards=settings.shards,
    ) as direct:
        yield direct
