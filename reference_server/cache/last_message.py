"""Last messages: the hash last_msg:{conversation}, one hour (schema-report §3.3)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from reference_server.cache import reads
from reference_server.records import LastMessage, MessageId, Row
from reference_server.times import from_datetime, to_datetime

TTL_S = 3600


def key(conversation: UUID) -> str:
    return f"last_msg:{conversation}"


def queue_store(pipe: Any, conversation: UUID, row: Row) -> None:
    """Keep a message for an hour, all fields in one command; a message of media only has an empty content."""
    fields = {
        "id": str(row["id"]),
        "sender_id": str(row["sender_id"]),
        "content": row["content"] or "",
        "type": row["type"],
        "created_at": to_datetime(row["created_at"]).isoformat(),
    }
    pipe.hset(key(conversation), mapping=fields)
    pipe.expire(key(conversation), TTL_S)


def queue_get(pipe: Any, conversation: UUID) -> None:
    pipe.hgetall(key(conversation))


def queue_drop(pipe: Any, conversation: UUID) -> None:
    pipe.delete(key(conversation))


def read(reply: Mapping[bytes, bytes], expected: MessageId) -> LastMessage | None:
    """The message of a hash if it is the one that the conversation names; None on a miss or a stale hash."""
    is_current = reply.get(b"id", b"").decode() == str(expected)
    reads.note("last_msg", found=is_current)
    if not is_current:
        return None
    return LastMessage(
        id=expected,
        sender_id=UUID(reply[b"sender_id"].decode()),
        content=reply[b"content"].decode() or None,
        type=reply[b"type"].decode(),
        created_at=from_datetime(datetime.fromisoformat(reply[b"created_at"].decode())),
    )


def of_row(row: Row) -> LastMessage:
    """The same from PostgreSQL."""
    return LastMessage(
        id=row["id"],
        sender_id=row["sender_id"],
        content=row["content"] or None,
        type=row["type"],
        created_at=row["created_at"],
    )
