"""The schemas of what the API takes and answers."""

from typing import Any

from reference_server.validation import MAX_LOOKUP, MAX_MEDIA_ITEMS, MEDIA_RULES, MESSAGE_TYPES

_ID = {"type": "string", "format": "uuid"}
_TIME = {"type": "string", "format": "date-time"}
_TIME_OR_NULL = {"type": ["string", "null"], "format": "date-time"}
_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_COUNT = {"type": "integer", "minimum": 0}
_FLAG = {"type": "boolean"}


def _object(fields: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": [name for name in fields if name not in optional]}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _page(of: str) -> dict[str, Any]:
    return _object({"items": {"type": "array", "items": _ref(of)}, "next": _TEXT_OR_NULL})


_MEDIA_FIELDS = {
    "url": {"type": "string", "format": "uri"},
    "type": {"enum": list(MEDIA_RULES)},
    "thumbnail": _TEXT_OR_NULL,
    "filename": _TEXT_OR_NULL,
    "mimeType": _TEXT_OR_NULL,
    "size": {"type": ["integer", "null"], "minimum": 0},
    "width": {"type": ["integer", "null"], "minimum": 0},
    "height": {"type": ["integer", "null"], "minimum": 0},
    "duration": {"type": ["integer", "null"], "minimum": 0, "description": "Seconds, for videos."},
}
_MEDIA_LIST = {"type": ["array", "null"], "items": _ref("Media"), "maxItems": MAX_MEDIA_ITEMS}
_STATE = {"online": _FLAG, "last_seen": _TIME_OR_NULL}

SCHEMAS: dict[str, Any] = {
    "Media": _object(_MEDIA_FIELDS, optional=tuple(name for name in _MEDIA_FIELDS if name not in ("url", "type"))),
    "Draft": _object(
        {
            "id": {**_ID, "description": "The sender's choice; the same id again is the same message."},
            "type": {"enum": list(MESSAGE_TYPES)},
            "content": _TEXT_OR_NULL,
            "media": _MEDIA_LIST,
        },
        optional=("content", "media"),
    ),
    "Message": _object(
        {
            "id": _ID,
            "conversation_id": _ID,
            "sender_id": _ID,
            "receiver_id": _ID,
            "type": {"enum": list(MESSAGE_TYPES)},
            "content": _TEXT_OR_NULL,
            "media": _MEDIA_LIST,
            "is_read": _FLAG,
            "read_at": _TIME_OR_NULL,
            "created_at": _TIME,
        }
    ),
    "MessagePage": _page("Message"),
    "Conversation": _object({"id": _ID, "user1_id": _ID, "user2_id": _ID, "created_at": _TIME}),
    "Other": _object({"user_id": _ID}),
    "LastMessage": _object(
        {
            "id": _ID,
            "sender_id": _ID,
            "content": _TEXT_OR_NULL,
            "type": {"enum": list(MESSAGE_TYPES)},
            "created_at": _TIME,
        }
    ),
    "ListedConversation": _object(
        {
            "id": _ID,
            "other_id": _ID,
            "unread_count": _COUNT,
            "last_message": {"anyOf": [_ref("LastMessage"), {"type": "null"}]},
            "last_message_at": _TIME_OR_NULL,
            "presence": {"anyOf": [_object(_STATE), {"type": "null"}]},
            "created_at": _TIME,
            "updated_at": _TIME,
        }
    ),
    "ConversationPage": _page("ListedConversation"),
    "Read": _object({"read": _COUNT}),
    "Unread": _object({"unread": _COUNT}),
    "Users": _object({"user_ids": {"type": "array", "items": _ID, "maxItems": MAX_LOOKUP}}),
    "Presence": _object({"user_id": _ID, **_STATE}),
    "PresenceList": _object({"items": {"type": "array", "items": _ref("Presence")}}),
    "LastSeen": _object({"last_seen": _TIME_OR_NULL}),
    "BlockStatus": _object({"blocked_by_me": _FLAG, "blocks_me": _FLAG}),
    "Block": _object({"user_id": _ID, "created_at": _TIME}),
    "BlockPage": _page("Block"),
    "Problem": _object(
        {"type": {"type": "string", "format": "uri"}, "title": _TEXT, "status": _COUNT, "code": _TEXT, "detail": _TEXT}
    ),
}
PROBLEM = {
    "description": "What was refused, and why (RFC 9457).",
    "content": {"application/problem+json": {"schema": _ref("Problem")}},
}
