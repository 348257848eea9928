"""The reference server with faults, each below a path of its own: http://127.0.0.1:PORT/FAULT.

`python deviating_server.py` takes the environment of reference_server.serve and prints its port the same way.
"""

import asyncio
import json
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs

import uvicorn

from reference_server import tokens
from reference_server.app import create_app, open_services
from reference_server.errors import Unauthorized
from reference_server.settings import read_settings


class Rewriting:
    """Changes the answer of a request: `change(scope, status, body)` gives another status and body."""

    def __init__(self, change: Callable) -> None:
        self.change = change

    async def __call__(self, app, scope, receive, send):
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        started, chunks = {}, []

        async def keep(message):
            if message["type"] == "http.response.start":
                started.update(message)
            else:
                chunks.append(message.get("body", b""))

        await app(scope, receive, keep)
        raw = b"".join(chunks)
        body = json.loads(raw) if raw else None
        status, body, *kind = self.change(scope, started["status"], body)
        raw = b"" if body is None else json.dumps(body).encode()
        headers = [(name, value) for name, value in started["headers"] if name != b"content-length"]
        if kind:
            headers = [(name, value) for name, value in headers if name != b"content-type"]
            headers.append((b"content-type", kind[0].encode()))
        headers.append((b"content-length", str(len(raw)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": raw})


def is_page(scope, status, path="/messages"):
    return scope["method"] == "GET" and scope["path"].endswith(path) and status == 200


def page_without_its_last(scope, status, body):
    if is_page(scope, status) and body["items"]:
        body["items"].pop()
    return status, body


def oldest_first(scope, status, body):
    if is_page(scope, status) and len(body["items"]) < 12:
        body["items"][1:] = reversed(body["items"][1:])
    return status, body


def forbidden_instead_of_absent(scope, status, body):
    if status == 404 and scope["method"] == "GET" and scope["path"].endswith("/messages"):
        return 403, body | {"status": 403}
    return status, body


def created_again(scope, status, body):
    is_send = scope["method"] == "POST" and scope["path"].endswith("/messages")
    return (201 if is_send and status == 200 else status), body


def errors_as_plain_json(scope, status, body):
    return (status, {"error": body["title"]}, "application/json") if status >= 400 else (status, body)


def one_unread_too_many(scope, status, body):
    return (
        (status, {"unread": body["unread"] + 1}) if scope["path"] == "/v1/unread" and status == 200 else (status, body)
    )


def presence_in_another_order(scope, status, body):
    if scope["path"] == "/v1/presence/lookup" and status == 200:
        body["items"].reverse()
    return status, body


def blocks_forgotten(scope, status, body):
    if scope["path"].startswith("/v1/blocks/") and scope["method"] == "GET" and status == 200:
        body["blocked_by_me"] = False
    return status, body


def limits_taken_as_they_are(scope, status, body):
    return (200, {"items": [], "next": None}) if status == 422 and b"limit" in scope["query_string"] else (status, body)


#: Of the two faults below: sockets of a user, and what sends to them.
counts: dict[str, int] = {}
everybody: dict[str, list[Callable]] = {}


def user_of(scope) -> str:
    token = dict(scope["headers"]).get(b"authorization", b"").decode().removeprefix("Bearer ")
    return token and str(tokens.read(token, secret=SETTINGS.token_secret, now=0).user)


async def loses_a_device(app, scope, receive, send):
    """The second device of a user hears nothing."""
    if scope["type"] != "websocket":
        await app(scope, receive, send)
        return
    who = user_of(scope)
    counts[who] = counts.get(who, 0) + 1
    is_second = counts[who] > 1

    async def deaf(message):
        if not is_second or message["type"] != "websocket.send":
            await send(message)

    try:
        await app(scope, receive, deaf)
    finally:
        counts[who] -= 1


async def forgets_where_to_resume(app, scope, receive, send):
    await app(
        {**scope, "query_string": b"" if b"after" in scope["query_string"] else scope["query_string"]}, receive, send
    )


async def tells_everybody(app, scope, receive, send):
    """What is sent to a member's device is sent to all devices of strangers."""
    if scope["type"] != "websocket":
        await app(scope, receive, send)
        return
    who = user_of(scope)

    async def tell(message):
        await send(message)
        if message["type"] == "websocket.accept":
            everybody.setdefault(who, []).append(send)
        if message["type"] == "websocket.send" and '"message.new"' in message["text"]:
            payload = json.loads(message["text"])["payload"]
            for other, sends in everybody.items():
                if other not in (payload["sender_id"], payload["receiver_id"]):
                    for one in sends:
                        await one(message)

    try:
        await app(scope, receive, tell)
    finally:
        if send in everybody.get(who, []):
            everybody[who].remove(send)


async def lets_old_tokens_in(app, scope, receive, send):
    headers = dict(scope.get("headers", []))
    token = headers.get(b"authorization", b"").decode().removeprefix("Bearer ")
    with suppress(Unauthorized):
        if scope["type"] == "http":
            user = tokens.read(token, secret=SETTINGS.token_secret, now=0).user
            fresh = tokens.issue(user, secret=SETTINGS.token_secret, expires_at=int(time.time()) + 600)
            headers[b"authorization"] = f"Bearer {fresh}".encode()
    await app({**scope, "headers": list(headers.items())}, receive, send)


async def opens_sockets_to_anybody(app, scope, receive, send):
    query = parse_qs(scope.get("query_string", b"").decode())
    if scope["type"] == "websocket" and not dict(scope["headers"]).get(b"authorization") and "token" not in query:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        return
    await app(scope, receive, send)


async def as_it_should_be(app, scope, receive, send):
    await app(scope, receive, send)


#: Fault → the check that must name it, and no other.
FAULTS = {
    "as_it_should_be": (as_it_should_be, None),
    "page_without_its_last": (Rewriting(page_without_its_last), "page_cursors"),
    "forbidden_instead_of_absent": (Rewriting(forbidden_instead_of_absent), "strangers_read"),
    "loses_a_device": (loses_a_device, "socket_devices"),
    "created_again": (Rewriting(created_again), "resend"),
    "errors_as_plain_json": (Rewriting(errors_as_plain_json), "problems"),
    "oldest_first": (Rewriting(oldest_first), "page_order"),
    "one_unread_too_many": (Rewriting(one_unread_too_many), "unread"),
    "presence_in_another_order": (Rewriting(presence_in_another_order), "presence"),
    "blocks_forgotten": (Rewriting(blocks_forgotten), "blocks"),
    "limits_taken_as_they_are": (Rewriting(limits_taken_as_they_are), "bad_requests"),
    "forgets_where_to_resume": (forgets_where_to_resume, "socket_resume"),
    "tells_everybody": (tells_everybody, "socket_strangers"),
    "lets_old_tokens_in": (lets_old_tokens_in, "tokens"),
    "opens_sockets_to_anybody": (opens_sockets_to_anybody, "socket_tokens"),
}


def with_faults(app):
    async def choose(scope, receive, send):
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
            return
        fault, _, rest = scope["path"].removeprefix("/").partition("/")
        changed = {**scope, "path": f"/{rest}", "raw_path": f"/{rest}".encode()}
        await FAULTS[fault][0](app, changed, receive, send)

    return choose


async def main() -> None:
    async with open_services(SETTINGS) as services:

        @asynccontextmanager
        async def lifespan(_) -> AsyncIterator:
            yield services

        listener = socket.create_server(("127.0.0.1", 0))
        app = with_faults(create_app(SETTINGS.token_secret, lifespan))
        config = uvicorn.Config(
            app, lifespan="on", log_level="critical", ws="websockets-sansio", timeout_graceful_shutdown=2
        )
        sys.stdout.write(json.dumps({"port": listener.getsockname()[1]}) + "\n")
        sys.stdout.flush()
        await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    SETTINGS = read_settings(sys.argv[1:])
    asyncio.run(main())
