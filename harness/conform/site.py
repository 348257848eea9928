"""The site of a check: a server's addresses, users of our own, and requests that say what they saw."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import orjson

from harness.conform.device import Device
from harness.conform.errors import Deviation, NobodySignedUp
from harness.conform.identity import Tokens, output_of
from harness.conform.schemas import check_body

_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_MOST_PAGES = 200
#: Of a body or a frame: what is longer comes from no chat.
MOST_BYTES = 8 << 20
OK, CREATED, DONE = 200, 201, 204


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back."""

    status: int
    media_type: str
    headers: Any
    #: Parsed JSON; None where the body is empty or no JSON.
    body: Any

    @property
    def shown(self) -> str:
        """Its status, and its form where that is a page for people."""
        return f"{self.status} ({self.media_type})" if self.media_type == "text/html" else str(self.status)


@dataclass(kw_only=True, slots=True)
class Site:
    """One server under check, or several that are one."""

    urls: tuple[str, ...]
    http: aiohttp.ClientSession
    tokens: Tokens
    #: How long an event is waited for.
    patience_s: float
    #: Adds a user where the API cannot.
    sign_up_command: str | None = None
    _users: list[UUID] = field(default_factory=list)

    async def newcomers(self, count: int) -> list[UUID]:
        """Users of our own, the smallest id first. Raises NobodySignedUp."""
        return sorted([await self._newcomer() for _ in range(count)], key=lambda one: one.int)

    async def _newcomer(self) -> UUID:
        user = uuid4()
        if self.sign_up_command is not None:
            await output_of(self.sign_up_command, user)
        else:
            answer = await self.ask("PUT", "/v1/users/me", user, json={"username": name_of(user)})
            if answer.status != DONE:
                raise NobodySignedUp(f"nobody can sign up: PUT /v1/users/me answered {answer.shown}")
        self._users.append(user)
        return user

    async def remove_everybody(self) -> None:
        """Our users leave, and all they wrote goes with them."""
        for user in self._users:
            await self.ask("DELETE", "/v1/users/me", user)

    async def ask(
        self,
        method: str,
        path: str,
        user: UUID | None = None,
        *,
        json: Any = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        server: int = 0,
    ) -> Answer:
        """Whatever the server says, redirects included; with no user, no token is sent."""
        sent = dict(headers or {})
        if user is not None:
            sent["Authorization"] = f"Bearer {await self.tokens.token(user)}"
        if json is not None:
            content, sent["Content-Type"] = orjson.dumps(json, default=str), "application/json"
        url = self.urls[server % len(self.urls)] + path
        async with self.http.request(method, url, data=content, headers=sent, allow_redirects=False) as answer:
            raw = await _read(answer, f"{method} {shown(path)}")
            return Answer(
                status=answer.status, media_type=answer.content_type, headers=answer.headers.copy(), body=_parsed(raw)
            )

    async def got(
        self,
        method: str,
        path: str,
        user: UUID,
        *,
        status: int = OK,
        schema: str | None = None,
        json: Any = None,
        server: int = 0,
    ) -> Any:
        """The body of an answer with this status and form. Raises Deviation."""
        answer = await self.ask(method, path, user, json=json, server=server)
        self.expect(answer, status, f"{method} {shown(path)}")
        if schema is not None:
            check_body(schema, answer.body, f"{method} {shown(path)}")
        return answer.body

    def expect(self, answer: Answer, status: int, what: str) -> None:
        """Raises Deviation unless the answer has this status."""
        if answer.status != status:
            raise Deviation(f"{what} answered {answer.shown}, expected {status}")

    async def conversation(self, user: UUID, other: UUID) -> str:
        body = await self.got("POST", "/v1/conversations", user, json={"user_id": other}, schema="Conversation")
        return str(body["id"])

    async def say(self, user: UUID, conversation: str, content: str, *, server: int = 0) -> dict[str, Any]:
        """The stored message."""
        path = f"/v1/conversations/{conversation}/messages"
        stored: dict[str, Any] = await self.got(
            "POST", path, user, status=CREATED, json=draft(content), schema="Message", server=server
        )
        return stored

    async def page(self, user: UUID, path: str, *, schema: str = "MessagePage") -> list[dict[str, Any]]:
        """The rows of a list's first page."""
        rows: list[dict[str, Any]] = (await self.got("GET", path, user, schema=schema))["items"]
        return rows

    async def walk(
        self, user: UUID, path: str, *, limit: int, schema: str = "MessagePage"
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Page by page to the end of a list. Raises Deviation when a page is too full, or the list never ends."""
        before = ""
        for _ in range(_MOST_PAGES):
            page = await self.got("GET", f"{path}?limit={limit}{before}", user, schema=schema)
            if len(page["items"]) > limit:
                raise Deviation(f"a page of limit={limit} holds {len(page['items'])} rows")
            yield page["items"]
            if page["next"] is None:
                return
            before = f"&before={page['next']}"
        raise Deviation(f"after {_MOST_PAGES} pages of limit={limit}, `next` is still not null")

    @asynccontextmanager
    async def device(
        self, user: UUID, *, server: int = 0, after: str | None = None, expires_in_s: int | None = None
    ) -> AsyncIterator[Device]:
        """A connected device. Raises Deviation when the handshake is refused."""
        life = {} if expires_in_s is None else {"expires_in_s": expires_in_s}
        headers = {"Authorization": f"Bearer {await self.tokens.token(user, **life)}"}
        query = "" if after is None else f"?after={after}"
        try:
            socket = await self.http.ws_connect(
                self.socket_url(server) + query, headers=headers, max_msg_size=MOST_BYTES
            )
        except aiohttp.WSServerHandshakeError as refused:
            raise Deviation(f"the handshake at /v1/ws answered {refused.status}") from None
        device = Device(socket, self.patience_s)
        try:
            yield device
        finally:
            await device.hang_up()

    def socket_url(self, server: int = 0) -> str:
        return self.urls[server % len(self.urls)].replace("http", "ws", 1) + "/v1/ws"


def draft(content: str, **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "type": "text", "content": content, **changes}


def name_of(user: UUID) -> str:
    return f"conform-{user.hex}"


def shown(path: str) -> str:
    """A path without the ids in it."""
    return _ID.sub("{id}", path)


async def _read(answer: aiohttp.ClientResponse, what: str) -> bytes:
    """The body. Raises Deviation when it does not end."""
    raw = bytearray()
    async for part in answer.content.iter_any():
        raw += part
        if len(raw) > MOST_BYTES:
            raise Deviation(f"{what} answered with more than {MOST_BYTES >> 20} MiB")
    return bytes(raw)


def _parsed(raw: bytes) -> Any:
    try:
        return orjson.loads(raw) if raw else None
    except orjson.JSONDecodeError:
        return None
