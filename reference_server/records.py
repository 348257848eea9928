"""Records: the nouns that use cases take and answer; rows on hot paths stay asyncpg Records."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from reference_server.errors import BadCursor
from reference_server.times import EARLIEST, LATEST, NEVER

#: messages.id: a UUID, or a number where the variant's identifiers are bigint.
MessageId = UUID | int

_BY_UUID, _BY_NUMBER, _DEPTH = struct.Struct(">q16s"), struct.Struct(">qq"), struct.Struct(">I")
#: Length of a token's bytes → its form, and whether the depth follows.
_FORMS = {form.size + depth * _DEPTH.size: (form, bool(depth)) for form in (_BY_UUID, _BY_NUMBER) for depth in (0, 1)}


class Row(Protocol):
    """What an asyncpg Record offers here."""

    def __getitem__(self, key: str) -> Any: ...
    def get(self, key: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a newest-first list: what comes next is older than (created_at, id)."""

    #: Microseconds since 2000, as times.py has them.
    created_at: int
    id: MessageId
    #: How many rows come before; only where pages are found by counting (policy.pages = "offset").
    depth: int | None = None

    def encode(self) -> str:
        """An opaque token, safe in a URL."""
        if isinstance(self.id, int):
            packed = _BY_NUMBER.pack(self.created_at, self.id)
        else:
            packed = _BY_UUID.pack(self.created_at, self.id.bytes)
        if self.depth is not None:
            packed += _DEPTH.pack(self.depth)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """The cursor of a token. Raises BadCursor."""
        try:
            packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            form, has_depth = _FORMS[len(packed)]
            created_at, raw_id = form.unpack_from(packed)
            depth = _DEPTH.unpack_from(packed, form.size)[0] if has_depth else None
        except (ValueError, KeyError, binascii.Error):
            raise _not_ours(text) from None
        if not EARLIEST <= created_at <= LATEST:
            raise _not_ours(text)
        return cls(created_at, raw_id if form is _BY_NUMBER else UUID(bytes=raw_id), depth)


def _not_ours(text: str) -> BadCursor:
    return BadCursor(f"The cursor {text[:80]!r} is not one that this server gave. Start again without one.")


@dataclass(slots=True)  # not frozen: that would triple what making one costs, on the hottest path
class Page:
    """One page of a newest-first list."""

    rows: Sequence[Row]
    limit: int
    #: How many rows of the list come before; None where nobody counts them.
    depth: int | None = None

    @property
    def next(self) -> Cursor | None:
        """Where the following page starts; None when this page was not full."""
        if len(self.rows) < self.limit:
            return None
        last = self.rows[-1]
        return Cursor(last["created_at"], last["id"], None if self.depth is None else self.depth + len(self.rows))


@dataclass(frozen=True, kw_only=True, slots=True)
class LastMessage:
    """What a conversation list shows of the newest message: the fields of the hash last_msg:{conversation}."""

    id: MessageId
    sender_id: UUID
    content: str | None
    type: str
    #: Microseconds since 2000, as times.py has them.
    created_at: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Presence:
    """Whether a user is online, and when they were last seen (None: unknown)."""

    user: UUID
    online: bool
    last_seen: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationPage:
    """One page of a user's conversations, latest activity first."""

    #: id, other_id, unread_count, last_message_id, last_message_at, created_at, updated_at
    rows: Sequence[Row]
    #: By conversation id; a conversation without messages has none.
    last_messages: Mapping[UUID, LastMessage]
    #: By the other member's id.
    presence: Mapping[UUID, Presence]
    limit: int

    @property
    def next(self) -> Cursor | None:
        """Where the following page starts; None when this page was not full."""
        if len(self.rows) < self.limit:
            return None
        last = self.rows[-1]
        return Cursor(NEVER if last["last_message_at"] is None else last["last_message_at"], last["id"])


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A message as its sender wrote it; `id` is the sender's choice and makes a retry harmless."""

    id: UUID
    type: str
    content: str | None = None
    media: list[dict[str, Any]] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What a send answers: the stored message, and whether this call stored it."""

    #: id, conversation_id, sender_id, receiver_id, type, content, media (JSON text), is_read, read_at, created_at
    message: Row
    is_new: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockStatus:
    """Who of two users blocks whom."""

    blocked_by_me: bool
    blocks_me: bool
