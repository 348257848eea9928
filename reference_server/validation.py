"""Validation: message types, MIME types, media sizes and page limits (schema-report §7.3)."""

from typing import Any
from urllib.parse import urlsplit

from reference_server.errors import BadCursor, BadMessage, BadRequest
from reference_server.records import Cursor, Draft

MAX_PAGE = 200
MAX_LOOKUP = 500
MAX_USERNAME = 100
MAX_CONTENT_BYTES = 64 * 1024
MAX_MEDIA_ITEMS = 10
MAX_URL = 2048
_MIB = 1024 * 1024

#: Per media type: the MIME types it takes (a trailing / takes all below) and the largest file in bytes.
MEDIA_RULES: dict[str, tuple[tuple[str, ...], int]] = {
    "image": (("image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/avif"), 10 * _MIB),
    "video": (("video/mp4", "video/webm", "video/quicktime", "video/3gpp"), 100 * _MIB),
    "file": (("application/", "text/", "audio/", "image/", "video/", "font/"), 50 * _MIB),
}
MESSAGE_TYPES = ("text", *MEDIA_RULES)

_TEXT_FIELDS = ("thumbnail", "filename", "mimeType")
_NUMBER_FIELDS = ("size", "width", "height", "duration")
_FIELDS = {"url", "type", *_TEXT_FIELDS, *_NUMBER_FIELDS}
_INT4_MAX = 2**31 - 1


def check_limit(limit: int) -> int:
    """The limit of a page, if it is one. Raises BadRequest."""
    if not 1 <= limit <= MAX_PAGE:
        raise BadRequest(f"limit is {limit}; a page holds 1 to {MAX_PAGE} rows.")
    return limit


def check_cursor(cursor: Cursor, *, numbered: bool) -> Cursor:
    """The cursor, if it leads into a list whose ids are numbers, or uuids. Raises BadCursor."""
    if isinstance(cursor.id, int) != numbered:
        raise BadCursor("The cursor belongs to another list, or to a server with other ids. Start again without one.")
    return cursor


def check_username(username: str) -> str:
    """A name that can be stored and shown. Raises BadRequest."""
    if not 1 <= len(username) <= MAX_USERNAME or not username.isprintable():
        raise BadRequest(f"username must be text of 1 to {MAX_USERNAME} printable characters.")
    return username


def check_kind(kind: str) -> str:
    """A media type that a gallery can show. Raises BadRequest."""
    if kind not in MEDIA_RULES:
        raise BadRequest(f"type is {kind!r}; a gallery shows {', '.join(MEDIA_RULES)}.")
    return kind


def check_draft(draft: Draft) -> None:
    """Raises BadMessage unless the draft obeys its type's rules."""
    if draft.type not in MESSAGE_TYPES:
        raise BadMessage(f"type is {draft.type!r}; it must be one of {', '.join(MESSAGE_TYPES)}.")
    _check_content(draft.content)
    if draft.type == "text":
        if not draft.content:
            raise BadMessage("content is empty; a text message needs some.")
        if draft.media:
            raise BadMessage("media is given; a text message has none. Send it as image, video or file.")
    else:
        _check_media(draft.type, draft.media)


def _check_content(content: str | None) -> None:
    if content is None:
        return
    if "\x00" in content:
        raise BadMessage("content holds the character U+0000, which PostgreSQL cannot store. Remove it.")
    try:
        size = len(content.encode())
    except UnicodeEncodeError:
        raise BadMessage("content holds half a surrogate pair, which is not a character. Remove it.") from None
    if size > MAX_CONTENT_BYTES:
        raise BadMessage(f"content has {size} bytes; at most {MAX_CONTENT_BYTES} are taken.")


def _check_media(kind: str, media: list[dict[str, Any]] | None) -> None:
    if not isinstance(media, list) or not 1 <= len(media) <= MAX_MEDIA_ITEMS:
        raise BadMessage(f"media must hold 1 to {MAX_MEDIA_ITEMS} items for a message of type {kind}.")
    for position, item in enumerate(media):
        _check_item(kind, item, f"media[{position}]")


def _check_item(kind: str, item: Any, where: str) -> None:
    if not isinstance(item, dict):
        raise BadMessage(f"{where} must be an object with url and type.")
    if unknown := sorted(set(item) - _FIELDS):
        raise BadMessage(f"{where}.{unknown[0]} is not a media field; there are {', '.join(sorted(_FIELDS))}.")
    if item.get("type") != kind:
        raise BadMessage(f"{where}.type is {item.get('type')!r}; in a message of type {kind} it must be {kind!r}.")
    _check_url(item.get("url"), f"{where}.url")
    for name in _TEXT_FIELDS:
        _check_text(item.get(name), f"{where}.{name}")
    for name in _NUMBER_FIELDS:
        _check_number(item.get(name), f"{where}.{name}")
    mime_types, largest = MEDIA_RULES[kind]
    mime = item.get("mimeType")
    if mime is not None and not any(
        mime == allowed or (allowed[-1] == "/" and mime.startswith(allowed)) for allowed in mime_types
    ):
        raise BadMessage(f"{where}.mimeType is {mime!r}; type {kind} takes {', '.join(mime_types)}.")
    if (item.get("size") or 0) > largest:
        raise BadMessage(f"{where}.size is {item['size']} bytes; type {kind} takes at most {largest}.")


def _check_url(url: Any, where: str) -> None:
    _check_text(url, where)
    try:
        parts = urlsplit(url or "")
    except ValueError:
        raise BadMessage(f"{where} is not a URL.") from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadMessage(f"{where} must be an http or https URL.")


def _check_text(value: Any, where: str) -> None:
    if value is None:
        return
    if not isinstance(value, str) or len(value) > MAX_URL or not value.isprintable():
        raise BadMessage(f"{where} must be text of at most {MAX_URL} printable characters.")


def _check_number(value: Any, where: str) -> None:
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _INT4_MAX:
        raise BadMessage(f"{where} must be a whole number from 0 to {_INT4_MAX}.")
