"""Pages: rows as JSON, media spliced in as PostgreSQL wrote them."""

from typing import Any
from uuid import UUID

import orjson

from reference_server.events import message_payload
from reference_server.records import BlockStatus, ConversationPage, Cursor, LastMessage, Page, Presence, Row
from reference_server.times import to_datetime, to_datetime_or_none

#: asyncpg's UUID is a subclass, which orjson leaves to `default`.
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_SUBCLASS


def dumps(value: Any) -> bytes:
    return orjson.dumps(value, default=str, option=_OPTIONS)


def messages(page: Page, conversation: UUID) -> bytes:
    return dumps({"items": [message_payload(row, conversation) for row in page.rows], "next": _encoded(page.next)})


def message(row: Row) -> bytes:
    return dumps(message_payload(row, row["conversation_id"]))


def conversations(page: ConversationPage) -> bytes:
    items = [
        {
            "id": row["id"],
            "other_id": row["other_id"],
            "unread_count": row["unread_count"],
            "last_message": _last_message(page.last_messages.get(row["id"])),
            "last_message_at": to_datetime_or_none(row["last_message_at"]),
            "presence": _state(page.presence.get(row["other_id"])),
            "created_at": to_datetime(row["created_at"]),
            "updated_at": to_datetime(row["updated_at"]),
        }
        for row in page.rows
    ]
    return dumps({"items": items, "next": _encoded(page.next)})


def conversation(row: Row) -> bytes:
    known = {name: row[name] for name in ("id", "user1_id", "user2_id")}
    return dumps(known | {"created_at": to_datetime(row["created_at"])})


def blocks(page: Page) -> bytes:
    items = [{"user_id": row["blocked_id"], "created_at": to_datetime(row["created_at"])} for row in page.rows]
    return dumps({"items": items, "next": _encoded(page.next)})


def count(name: str, value: int) -> bytes:
    return orjson.dumps({name: value})


def block_status(status: BlockStatus) -> bytes:
    return dumps({"blocked_by_me": status.blocked_by_me, "blocks_me": status.blocks_me})


def presences(found: list[Presence]) -> bytes:
    return dumps({"items": [{"user_id": one.user, "online": one.online, "last_seen": one.last_seen} for one in found]})


def _last_message(last: LastMessage | None) -> dict[str, Any] | None:
    if last is None:
        return None
    return {
        # a text also where the database numbers messages, as every message's id is
        "id": str(last.id),
        "sender_id": last.sender_id,
        "content": last.content,
        "type": last.type,
        "created_at": to_datetime(last.created_at),
    }


def _state(one: Presence | None) -> dict[str, Any] | None:
    return None if one is None else {"online": one.online, "last_seen": one.last_seen}


def _encoded(cursor: Cursor | None) -> str | None:
    return None if cursor is None else cursor.encode()
