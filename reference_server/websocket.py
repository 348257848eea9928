"""WebSocket: /v1/ws, a device's events and its typing and heartbeats; resumes from a cursor."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import orjson
from starlette.types import Message, Receive, Scope, Send

from reference_server import problems, requests
from reference_server.chat import Chat
from reference_server.errors import BadJson, BadRequest, ChatError
from reference_server.events import message_new
from reference_server.outbox import Outbox, nothing
from reference_server.records import Cursor
from reference_server.tokens import Grant
from reference_server.transport import Subscriber
from reference_server.validation import check_cursor

MAX_FRAME_BYTES = 64 * 1024
#: The close code for a device that reads too slowly; it reconnects and resumes from its last message's cursor.
TOO_SLOW = 4408
EXPIRED = 4401
#: Where serve.py leaves a way to drop a reader that takes not even its close frame.
ABORT = "chatbench.abort"
_FAILED = 1011
_CLOSE_WITHIN_S = 10.0
#: asyncio's timers reach about a year; a token may live longer.
_LONGEST_TIMER_S = 30 * 24 * 3600.0
#: An event may be published this much later than its message could be queried: a statement's longest life.
_DUPLICATES_FOR_S = 60.0
_MESSAGE_NEW = '{"type":"message.new"'
_log = logging.getLogger("chatbench.websocket")


class WebSocketApp:
    """The ASGI application of /v1/ws."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        #: Of each device that is connected here.
        self.outboxes: set[Outbox] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        chat: Chat = scope["state"]["chat"]
        fanout: Subscriber = scope["state"]["fanout"]
        await receive()
        outbox = Outbox()
        try:
            grant, after = self._who(scope)
            if after is not None:
                check_cursor(after, numbered=chat.numbered)
            await fanout.attach(grant.user, outbox)
        except ChatError as error:
            await _refuse(send, error)
            return
        self.outboxes.add(outbox)
        try:
            await send({"type": "websocket.accept"})
            abort = scope["state"].get(ABORT, nothing)
            await Socket(chat, grant, outbox, receive, send, abort).run(after)
        finally:
            self.outboxes.discard(outbox)
            await fanout.detach(grant.user, outbox)

    def _who(self, scope: Scope) -> tuple[Grant, Cursor | None]:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        header = headers.get(b"authorization")
        if header is None and "token" in query:
            # a browser cannot set headers on a WebSocket
            header = f"Bearer {query['token'][0]}"
        grant = requests.bearer(header, secret=self._secret)
        return grant, Cursor.decode(query["after"][0]) if "after" in query else None


class Socket:
    """One connected device."""

    def __init__(
        self, chat: Chat, grant: Grant, outbox: Outbox, receive: Receive, send: Send, abort: Callable[[], object]
    ) -> None:
        self._chat, self._user, self._outbox = chat, grant.user, outbox
        self._lifetime_s = min(max(0.0, grant.expires_at - time.time()), _LONGEST_TIMER_S)
        self._receive, self._send, self._abort = receive, send, abort
        #: Messages that the resume sent: their events may still come.
        self._sent: set[str] = set()

    async def run(self, after: Cursor | None) -> None:
        """Until the device leaves, or reads too slowly, or we fail."""
        reader = asyncio.create_task(self._read())
        writer = asyncio.create_task(self._write(after))
        self._outbox.on_overflow = writer.cancel
        try:
            done, _ = await asyncio.wait(
                (reader, writer), timeout=self._lifetime_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for task in (reader, writer):
                task.cancel()
            ended = await asyncio.gather(reader, writer, return_exceptions=True)
        problem = next((one for one in ended if isinstance(one, Exception) and not isinstance(one, OSError)), None)
        if problem is not None:
            _log.error("A socket failed.", exc_info=problem)
            await self._close(_FAILED, "failed; reconnect and resume")
        elif self._outbox.overflowed:
            await self._close(TOO_SLOW, "too slow; reconnect and resume")
        elif not done:
            await self._close(EXPIRED, "the token has expired; reconnect with a new one")

    async def _write(self, after: Cursor | None) -> None:
        if after is not None:
            await self._resume(after)
        while True:
            frame = await self._outbox.take()
            if not (self._sent and self._is_duplicate(frame)):
                await self._send({"type": "websocket.send", "text": frame})

    async def _resume(self, after: Cursor) -> None:
        """The channel is subscribed already: what the query misses arrives as an event, what both have is sent once."""
        complete = False
        try:
            async for missed in self._chat.missed_messages(self._user, after=after):
                for row in missed.rows:
                    await self._send({"type": "websocket.send", "text": message_new(row).decode()})
                self._sent.update(str(row["id"]) for row in missed.rows)
                complete = missed.is_last
        except ChatError as error:
            await self._send({"type": "websocket.send", "text": _error_frame(error)})
        asyncio.get_running_loop().call_later(_DUPLICATES_FOR_S, self._sent.clear)
        payload = {"count": len(self._sent), "complete": complete}
        await self._send({"type": "websocket.send", "text": _frame("resume.done", payload)})

    def _is_duplicate(self, frame: str) -> bool:
        return frame.startswith(_MESSAGE_NEW) and orjson.loads(frame)["payload"]["id"] in self._sent

    async def _read(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                await self._obey(_parsed(message))
            except ChatError as error:
                self._outbox.put(_error_frame(error))

    async def _obey(self, fields: dict[str, Any]) -> None:
        match fields.get("type"):
            case "typing":
                conversation = requests.uuid(fields.get("conversation_id"), "conversation_id")
                await self._chat.typing(self._user, conversation)
            case "heartbeat":
                await self._chat.heartbeat(self._user)
            case other:
                raise BadRequest(f"type is {str(other)[:80]!r}; a device sends typing or heartbeat.")

    async def _close(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(_CLOSE_WITHIN_S):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except TimeoutError:
            # a transport that is merely closed would keep what the reader does not take for as long as it stays
            self._abort()
        except (OSError, RuntimeError):
            _log.debug("A socket was gone before it could be closed.")


def _parsed(message: Message) -> dict[str, Any]:
    """Raises BadJson, BadRequest."""
    try:
        fields = orjson.loads(message.get("text") or message.get("bytes") or b"")
    except orjson.JSONDecodeError as error:
        raise BadJson(f"The frame is not JSON ({error}), so nothing was done.") from None
    if not isinstance(fields, dict):
        raise BadRequest("A frame must be a JSON object with a type.")
    return fields


def _frame(kind: str, payload: Any) -> str:
    return orjson.dumps({"type": kind, "payload": payload}).decode()


def _error_frame(error: ChatError) -> str:
    return _frame("error", orjson.Fragment(problems.body_of(error)))


async def _refuse(send: Send, error: ChatError) -> None:
    """Answer the handshake as any other request."""
    headers = [(b"content-type", problems.MEDIA_TYPE.encode())]
    await send({"type": "websocket.http.response.start", "status": error.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": problems.body_of(error)})
