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

_PACKED = struct.Struct(">q16s")


class Row(Protocol):
    """What an asyncpg Record offers here."""

    def __getitem__(self, key: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a newest-first list: what comes next is older than (created_at, id)."""

    #: Microseconds since 2000, as times.py has them.
    created_at: int
    id: UUID

    def encode(self) -> str:
        """An opaque token, safe in a URL."""
        return base64.urlsafe_b64encode(_PACKED.pack(self.created_at, self.id.bytes)).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """The cursor of a token. Raises BadCursor."""
        try:
            packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            created_at, raw_id = _PACKED.unpack(packed)
        except (ValueError, struct.error, binascii.Error):
            raise _not_ours(text) from None
        if not EARLIEST <= created_at <= LATEST:
            raise _not_ours(text)
        return cls(created_at, UUID(bytes=raw_id))


def _not_ours(text: str) -> BadCursor:
    return BadCursor(f"The cursor {text[:80]!r} is not one that this server gave. Start again without one.")


@dataclass(slots=True)  # not frozen: that would triple what making one costs, on the hottest path
class Page:
    """One page of a newest-first list."""

    rows: Sequence[Row]
    limit: int

    @property
    def next(self) -> Cursor | None:
        """Where the following page starts; None when this page was not full."""
        if len(self.rows) < self.limit:
            return None
        last = self.rows[-1]
        return Cursor(last["created_at"], last["id"])


@dataclass(frozen=True, kw_only=True, slots=True)
class LastMessage:
    """What a conversation list shows of the newest message: the fields of the hash last_msg:{conversation}."""

    id: UUID
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
