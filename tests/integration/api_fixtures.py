"""A loaded database and server processes over it, for tests that talk to the API as clients do."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg
import orjson

from reference_server import tokens
from reference_server.schema import whole
from reference_server.variant import load_variant
from tests.integration.people import People

SECRET = "a secret for tests only, long enough"
_START_S = 30
_STOP_S = 15


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    media_type: str | None
    body: Any
    headers: Any


@dataclass(kw_only=True)
class Api(People):
    """A client of several server processes; the first answers unless `server` says otherwise."""

    dsn: str
    redis_url: str
    users: list[UUID]
    http: aiohttp.ClientSession
    urls: list[str] = field(default_factory=list)
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def call(
        self, method: str, path: str, user: UUID | None = None, *, server: int = 0, headers: Any = None, **body: Any
    ) -> Answer:
        headers = headers if headers is not None else bearer(user or self.ann)
        async with self.http.request(method, self.urls[server] + path, headers=headers, **body) as answer:
            content = await answer.read()
            parsed = orjson.loads(content) if content else None
            return Answer(
                status=answer.status, media_type=answer.content_type, body=parsed, headers=answer.headers.copy()
            )

    async def conversation(self, user: UUID | None = None, other: UUID | None = None) -> str:
        answer = await self.call("POST", "/v1/conversations", user, json={"user_id": str(other or self.bob)})
        assert answer.status == 200, answer
        return answer.body["id"]

    async def say(self, conversation: str, content: str, user: UUID | None = None, *, server: int = 0) -> str:
        """The new message's id."""
        body = {"id": str(uuid4()), "type": "text", "content": content}
        path = f"/v1/conversations/{conversation}/messages"
        answer = await self.call("POST", path, user, server=server, json=body)
        assert answer.status == 201, answer
        return answer.body["id"]

    @asynccontextmanager
    async def socket(
        self, user: UUID, *, server: int = 0, after: str | None = None, expires_in_s: int = 600
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        query = f"?after={after}" if after else ""
        url = self.urls[server] + "/v1/ws" + query
        async with self.http.ws_connect(url, headers=bearer(user, expires_in_s), max_msg_size=0) as socket:
            yield socket


def bearer(user: UUID, expires_in_s: int = 600) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(user, expires_in_s)}"}


def token(user: UUID, expires_in_s: int = 600) -> str:
    return tokens.issue(user, secret=SECRET.encode(), expires_at=int(time.time()) + expires_in_s)


async def next_event(socket: aiohttp.ClientWebSocketResponse, kind: str | None = None) -> Any:
    """The next event of that kind; others are passed over."""
    async with asyncio.timeout(10):
        while True:
            event = await socket.receive_json(loads=orjson.loads)
            if kind is None or event["type"] == kind:
                return event


@asynccontextmanager
async def server_process(dsn: str, redis_url: str, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "reference_server.serve", "--variant", "spec", "--connections", "3", *options),
        stdout=asyncio.subprocess.PIPE,
        env={
            **os.environ,
            "CHATBENCH_POSTGRES": dsn,
            "CHATBENCH_REDIS": redis_url,
            "CHATBENCH_TOKEN_SECRET": SECRET,
        },
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), _STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise


async def url_of(process: asyncio.subprocess.Process) -> str:
    line = await asyncio.wait_for(process.stdout.readline(), _START_S)
    return f"http://127.0.0.1:{orjson.loads(line)['port']}"


@asynccontextmanager
async def loaded(dsn: str) -> AsyncIterator[list[UUID]]:
    """The spec variant with some users."""
    database = await asyncpg.connect(dsn)
    try:
        for step in whole(load_variant("spec")):
            await database.execute(step.text)
        users = [uuid4() for _ in range(5)]
        await database.executemany("INSERT INTO users (id, username) VALUES ($1, $2)", [(u, str(u)) for u in users])
        yield users
    finally:
        await database.close()
