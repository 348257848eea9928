"""A URL target: the reference server or any other with its HTTP and WebSocket API."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from urllib.parse import quote
from uuid import UUID

import aiohttp
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from reference_server import tokens
from scenarios.errors import OptionError, TargetError
from scenarios.protocol import OnDelivery, Subscription, sent_id

_TOKEN_LIFE_S = 24 * 3600
_CONNECTIONS_PER_SERVER = 64
#: A resume of a thousand messages takes milliseconds; a server that never ends one would hang the device.
_RESUME_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RemotePage:
    """A page as the API answers it."""

    rows: list[Any]
    next: str | None


class ServerClient:
    """Requests go to the servers in turn; a device's socket stays with the server it is opened at."""

    def __init__(self, http: aiohttp.ClientSession, urls: tuple[str, ...], secret: bytes) -> None:
        self._http = http
        self._urls = urls
        self._turn = cycle(urls)
        self._secret = secret
        self._headers: dict[UUID, dict[str, str]] = {}
        self._sockets: list[DeviceSocket] = []

    async def newest_page(self, user: UUID, conversation: UUID, *, limit: int) -> RemotePage:
        return await self._page(user, f"/v1/conversations/{conversation}/messages?limit={limit}")

    async def older_page(self, user: UUID, conversation: UUID, *, before: str, limit: int) -> RemotePage:
        return await self._page(user, f"/v1/conversations/{conversation}/messages?limit={limit}&before={before}")

    async def conversation_list(self, user: UUID, *, limit: int, before: str | None = None) -> RemotePage:
        return await self._page(user, f"/v1/conversations?limit={limit}" + (f"&before={before}" if before else ""))

    async def media_gallery(self, user: UUID, conversation: UUID, *, kind: str, limit: int) -> RemotePage:
        return await self._page(user, f"/v1/conversations/{conversation}/media?type={kind}&limit={limit}")

    async def open_conversation(self, user: UUID, other: UUID) -> None:
        await self._call("POST", user, "/v1/conversations", {"user_id": str(other)})

    async def send(self, user: UUID, conversation: UUID, *, message: UUID, content: str) -> None:
        body = {"id": str(message), "type": "text", "content": content}
        await self._call("POST", user, f"/v1/conversations/{conversation}/messages", body)

    async def mark_read(self, user: UUID, conversation: UUID) -> None:
        await self._call("POST", user, f"/v1/conversations/{conversation}/read")

    async def delete_message(self, user: UUID, message: UUID) -> None:
        await self._call("DELETE", user, f"/v1/messages/{message}")

    async def unread_total(self, user: UUID) -> None:
        await self._call("GET", user, "/v1/unread")

    async def unread_conversation(self, user: UUID, conversation: UUID) -> None:
        await self._call("GET", user, f"/v1/conversations/{conversation}/unread")

    async def heartbeat(self, user: UUID) -> None:
        await self._call("POST", user, "/v1/presence/heartbeat")

    async def go_offline(self, user: UUID) -> None:
        await self._call("POST", user, "/v1/presence/offline")

    async def presence_lookup(self, user: UUID, users: list[UUID]) -> None:
        await self._call("POST", user, "/v1/presence/lookup", {"user_ids": [str(other) for other in users]})

    async def last_seen(self, user: UUID, other: UUID) -> None:
        await self._call("GET", user, f"/v1/users/{other}/last-seen")

    async def block_check(self, user: UUID, other: UUID) -> None:
        await self._call("GET", user, f"/v1/blocks/{other}")

    async def block_list(self, user: UUID, *, limit: int) -> None:
        await self._call("GET", user, f"/v1/blocks?limit={limit}")

    async def block_add(self, user: UUID, other: UUID) -> None:
        await self._call("PUT", user, f"/v1/blocks/{other}")

    async def block_remove(self, user: UUID, other: UUID) -> None:
        await self._call("DELETE", user, f"/v1/blocks/{other}")

    async def quiesce(self) -> dict[str, dict[str, int]]:
        """A server of somebody else's keeps its statistics as it likes."""
        return {}

    async def listen(self, user: UUID, device: int, on_delivery: OnDelivery, after: str | None = None) -> Subscription:
        url = self._urls[device % len(self._urls)].replace("http", "ws", 1) + "/v1/ws"
        if after is not None:
            url += f"?after={quote(after, safe='')}"
        # proxy=None: a load test of this machine must not follow the environment's proxy
        connection = await connect(
            url, additional_headers=self._authorization(user), compression=None, proxy=None, max_queue=None
        )
        socket = DeviceSocket(connection, on_delivery, after)
        self._sockets.append(socket)
        await socket.resumed()
        return socket

    async def close(self) -> None:
        await asyncio.gather(*(socket.close() for socket in self._sockets))

    async def _page(self, user: UUID, path: str) -> RemotePage:
        answer = await self._call("GET", user, path)
        return RemotePage(rows=answer["items"], next=answer["next"])

    async def _call(self, method: str, user: UUID, path: str, body: Any = None) -> Any:
        data = orjson.dumps(body) if body is not None else None
        url = next(self._turn) + path
        async with self._http.request(method, url, data=data, headers=self._authorization(user)) as answer:
            content = await answer.read()
            if answer.status >= 400:  # noqa: PLR2004 - HTTP's own line between answers and errors
                raise TargetError(f"{method} {path} answered {answer.status}.", code=f"http_{answer.status}")
            return orjson.loads(content) if content else None

    def _authorization(self, user: UUID) -> dict[str, str]:
        headers = self._headers.get(user)
        if headers is None:
            token = tokens.issue(user, secret=self._secret, expires_at=int(time.time()) + _TOKEN_LIFE_S)
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            self._headers[user] = headers
        return headers


class DeviceSocket:
    """One device's WebSocket."""

    def __init__(self, connection: ClientConnection, on_delivery: OnDelivery, after: str | None) -> None:
        self._connection, self._on_delivery = connection, on_delivery
        self.cursor, self.is_whole = after, True
        self._is_resuming = after is not None
        #: The resume is done, or the socket is.
        self._settled = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def resumed(self) -> None:
        """What was missed has arrived; at once, where nothing was asked for."""
        if not self._is_resuming:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), _RESUME_WITHIN_S)
        if self._is_resuming:
            await self.drop()
            raise TargetError(
                "A socket that named its last cursor got no resume.done, so what it missed is not known to be there.",
                code="no_resume",
            )

    async def close(self) -> None:
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader
        await self._connection.close()

    async def drop(self) -> None:
        self._reader.cancel()
        self._connection.transport.abort()

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for frame in self._connection:
                at = time.perf_counter_ns()
                event = orjson.loads(frame)
                if event["type"] == "message.new":
                    self.cursor = event["cursor"]
                    self._on_delivery(sent_id(event["payload"]), at, self._is_resuming)
                elif event["type"] == "resume.done":
                    self._is_resuming, self.is_whole = False, event["payload"]["complete"]
                    self._settled.set()
        self._settled.set()


@asynccontextmanager
async def server_client(*, urls: tuple[str, ...], secret: str | None) -> AsyncIterator[ServerClient]:
    """HTTP connections to every server, kept alive, and the sockets opened through it."""
    if not secret:
        raise OptionError(
            "A URL target needs a secret that signs access tokens, and none is given, so every call would be refused. "
            "Set CHATBENCH_TOKEN_SECRET to the server's secret."
        )
    connector = aiohttp.TCPConnector(limit_per_host=_CONNECTIONS_PER_SERVER, limit=0)
    # our own URLs are already encoded; skipping the cookie jar and auto-decompression saves time per call
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
    ) as http:
        client = ServerClient(http, urls, secret.encode())
        try:
            yield client
        finally:
            await client.close()
