"""Events: what is published to the channel chat:user:{id}, as JSON (schema-report §3.4)."""

from typing import Any
from uuid import UUID

import orjson

from reference_server.records import Cursor, Row
from reference_server.times import to_datetime, to_datetime_or_none


def channel(user: UUID) -> str:
    """The channel on which a user's devices listen."""
    return f"chat:user:{user}"


def message_payload(row: Row, conversation: UUID) -> dict[str, Any]:
    """A message as JSON has it; the media stay the text that PostgreSQL gave."""
    media = row["media"]
    return {
        "id": str(row["id"]),
        "conversation_id": str(conversation),
        "sender_id": str(row["sender_id"]),
        "receiver_id": str(row["receiver_id"]),
        "type": row["type"],
        "content": row["content"],
        "media": None if media is None else orjson.Fragment(media),
        "is_read": row["is_read"],
        "read_at": to_datetime_or_none(row["read_at"]),
        "created_at": to_datetime(row["created_at"]),
    }


def message_new(row: Row) -> bytes:
    """The event carries the cursor after which a socket that lost its connection resumes.

    Where messages are numbered, it also has the id that the sender's client chose, by which that client knows it.
    """
    cursor = Cursor(row["created_at"], row["id"]).encode()
    payload = message_payload(row, row["conversation_id"])
    if (client_id := row.get("client_id")) is not None:
        payload["client_id"] = str(client_id)
    return orjson.dumps({"type": "message.new", "payload": payload, "cursor": cursor})


def message_read(conversation: UUID, reader: UUID, count: int) -> bytes:
    return _event("message.read", {"conversation_id": str(conversation), "reader_id": str(reader), "count": count})


def presence_changed(user: UUID, *, online: bool, last_seen: int) -> bytes:
    """`last_seen` in Unix seconds, as online:{id} holds it."""
    return _event("presence.changed", {"user_id": str(user), "online": online, "last_seen": last_seen})


def typing(conversation: UUID, user: UUID) -> bytes:
    return _event("typing", {"conversation_id": str(conversation), "user_id": str(user)})


def _event(kind: str, payload: dict[str, Any]) -> bytes:
    return orjson.dumps({"type": kind, "payload": payload})
