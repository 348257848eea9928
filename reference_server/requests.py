"""Requests: what a client sent, taken apart and checked before a use case sees it."""

import re
import time
from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

import orjson
from starlette.requests import ClientDisconnect, Request

from reference_server import tokens
from reference_server.errors import BadJson, BadMessage, BadRequest, NotFound, TooLarge, Unauthorized
from reference_server.records import Cursor, Draft
from reference_server.validation import check_limit

MAX_BODY_BYTES = 256 * 1024
#: So much of a larger body is read and thrown away, so that its sender gets to see the answer.
_DRAINED_BYTES = 8 * 1024 * 1024
DEFAULT_LIMIT = 50
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_LIMIT = re.compile(r"-?[0-9]{1,9}")


def bearer(authorization: str | None, *, secret: bytes) -> tokens.Grant:
    """What the header's token grants. Raises Unauthorized."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized("No token was sent, so nothing was done. Send the header Authorization: Bearer <token>.")
    return tokens.read(token.strip(), secret=secret, now=time.time())


def uuid(value: Any, name: str) -> UUID:
    """Raises BadRequest unless the value is a UUID in its usual form."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise BadRequest(f"{name} is {_shown(value)}; it must be a UUID such as 6f1c9a52-3f0e-4c1b-9d57-0a8e2f4b6c11.")
    return UUID(value)


def path_id(request: Request, name: str) -> UUID:
    """Raises NotFound: what is no id names nothing."""
    text: str = request.path_params[name]
    if not _UUID.fullmatch(text):
        raise NotFound(f"There is nothing at the id {_shown(text)}; ids are UUIDs.")
    return UUID(text)


def path_number(request: Request, name: str) -> int:
    """Raises NotFound: what is no number of a message names nothing."""
    text: str = request.path_params[name]
    if not _NUMBER.fullmatch(text):
        raise NotFound(f"There is nothing at the id {_shown(text)}; messages are numbered here.")
    return int(text)


def page_limit(request: Request) -> int:
    """Raises BadRequest."""
    text = request.query_params.get("limit")
    if text is None:
        return DEFAULT_LIMIT
    if not _LIMIT.fullmatch(text):
        raise BadRequest(f"limit is {_shown(text)}; it must be a whole number.")
    return check_limit(int(text))


def page_start(request: Request) -> Cursor | None:
    """Raises BadCursor."""
    text = request.query_params.get("before")
    return None if text is None else Cursor.decode(text)


async def json_object(request: Request) -> dict[str, Any]:
    """Raises TooLarge, BadJson, BadRequest."""
    try:
        value = orjson.loads(await _body(request))
    except orjson.JSONDecodeError as error:
        raise BadJson(f"The body is not JSON ({error}), so nothing was done.") from None
    if not isinstance(value, dict):
        raise BadRequest("The body must be a JSON object.")
    return cast("dict[str, Any]", value)


def draft(fields: Mapping[str, Any]) -> Draft:
    """A message as its sender wrote it; its type's rules are checked by the use case. Raises BadRequest, BadMessage."""
    only(fields, ("id", "type", "content", "media"))
    kind, content, media = fields.get("type"), fields.get("content"), fields.get("media")
    if not isinstance(kind, str):
        raise BadMessage(f"type is {_shown(kind)}; it must be text.")
    if not isinstance(content, str | None):
        raise BadMessage(f"content is {_shown(content)}; it must be text or null.")
    if not isinstance(media, list | None):
        raise BadMessage(f"media is {_shown(media)}; it must be a list or null.")
    return Draft(id=uuid(fields.get("id"), "id"), type=kind, content=content, media=media)


def text(value: Any, name: str) -> str:
    """Raises BadRequest."""
    if not isinstance(value, str):
        raise BadRequest(f"{name} is {_shown(value)}; it must be text.")
    return value


def uuids(value: Any, name: str) -> list[UUID]:
    """Raises BadRequest."""
    if not isinstance(value, list):
        raise BadRequest(f"{name} is {_shown(value)}; it must be a list of UUIDs.")
    return [uuid(one, f"{name}[{position}]") for position, one in enumerate(value)]


def only(fields: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """A misspelt field would be ignored silently. Raises BadRequest."""
    for name in fields:
        if name not in known:
            raise BadRequest(f"{_shown(name)} is not a field here; there are {', '.join(known)}.")


async def _body(request: Request) -> bytes:
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size <= MAX_BODY_BYTES:
                chunks.append(chunk)
            elif size > _DRAINED_BYTES:
                break
    except ClientDisconnect:
        raise BadJson("The connection ended before the body did, so nothing was done.") from None
    if size > MAX_BODY_BYTES:
        raise TooLarge(f"The body has more than {MAX_BODY_BYTES} bytes, so nothing was done. Send less at once.")
    return b"".join(chunks)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"  # noqa: PLR2004 - a line's worth
