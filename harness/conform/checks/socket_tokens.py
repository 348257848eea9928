"""A WebSocket needs a token, in the header or in the query; without one the handshake is answered 401."""

import aiohttp
from yarl import URL

from harness.conform.errors import Deviation
from harness.conform.site import Site

_UNAUTHORIZED = 401


async def check(site: Site) -> str:
    user = (await site.newcomers(1))[0]
    for what, query in {"no token": "", "words that are no token": "?token=nonsense"}.items():
        status = await _handshake(site, query)
        if status != _UNAUTHORIZED:
            raise Deviation(f"a handshake with {what} answered {status or '101'}, expected 401")
    token = await site.tokens.token(user)
    if (status := await _handshake(site, f"?token={token}")) is not None:
        raise Deviation(f"a handshake with a token in the query answered {status}, expected 101")
    async with site.device(user):
        return "401 without; 101 with a token in the header, and in the query"


async def _handshake(site: Site, query: str) -> int | None:
    """The status of a refusal; None when a socket was opened."""
    try:
        async with site.http.ws_connect(URL(site.socket_url() + query)):
            return None
    except aiohttp.WSServerHandshakeError as refused:
        return refused.status
