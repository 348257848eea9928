"""The schemas of what the API takes and answers."""

from typing import Any

from reference_server.validation import MAX_LOOKUP, MAX_MEDIA_ITEMS, MAX_USERNAME, MEDIA_RULES, MESSAGE_TYPES

ID = {"type": "string", "format": "uuid"}
_TIME = {"type": "string", "format": "date-time"}
_TIME_OR_NULL = {"type": ["string", "null"], "format": "date-time"}
TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
COUNT = {"type": "integer", "minimum": 0}
FLAG = {"type": "boolean"}


def fields_of(fields: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """An object with these fields; more may be there."""
    return {"type": "object", "properties": fields, "required": [name for name in fields if name not in optional]}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _page(of: str) -> dict[str, Any]:
    return fields_of({"items": {"type": "array", "items": ref(of)}, "next": _TEXT_OR_NULL})


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
_MEDIA_LIST = {"type": ["array", "null"], "items": ref("Media"), "maxItems": MAX_MEDIA_ITEMS}
_STATE = {"online": FLAG, "last_seen": _TIME_OR_NULL}

SCHEMAS: dict[str, Any] = {
    "Media": fields_of(_MEDIA_FIELDS, optional=tuple(name for name in _MEDIA_FIELDS if name not in ("url", "type"))),
    "Draft": fields_of(
        {
            "id": {**ID, "description": "The sender's choice; the same id again is the same message."},
            "type": {"enum": list(MESSAGE_TYPES)},
            "content": _TEXT_OR_NULL,
            "media": _MEDIA_LIST,
        },
        optional=("content", "media"),
    ),
    "Message": fields_of(
        {
            "id": ID,
            "conversation_id": ID,
            "sender_id": ID,
            "receiver_id": ID,
            "type": {"enum": list(MESSAGE_TYPES)},
            "content": _TEXT_OR_NULL,
            "media": _MEDIA_LIST,
            "is_read": FLAG,
            "read_at": _TIME_OR_NULL,
            "created_at": _TIME,
        }
    ),
    "MessagePage": _page("Message"),
    "Conversation": fields_of({"id": ID, "user1_id": ID, "user2_id": ID, "created_at": _TIME}),
    "Other": fields_of({"user_id": ID}),
    "LastMessage": fields_of(
        {
            "id": ID,
            "sender_id": ID,
            "content": _TEXT_OR_NULL,
            "type": {"enum": list(MESSAGE_TYPES)},
            "created_at": _TIME,
        }
    ),
    "ListedConversation": fields_of(
        {
            "id": ID,
            "other_id": ID,
            "unread_count": COUNT,
            "last_message": {"anyOf": [ref("LastMessage"), {"type": "null"}]},
            "last_message_at": _TIME_OR_NULL,
            "presence": {"anyOf": [fields_of(_STATE), {"type": "null"}]},
            "created_at": _TIME,
            "updated_at": _TIME,
        }
    ),
    "ConversationPage": _page("ListedConversation"),
    "Newcomer": fields_of({"username": {"type": "string", "minLength": 1, "maxLength": MAX_USERNAME}}),
    "Read": fields_of({"read": COUNT}),
    "Unread": fields_of({"unread": COUNT}),
    "Users": fields_of({"user_ids": {"type": "array", "items": ID, "maxItems": MAX_LOOKUP}}),
    "Presence": fields_of({"user_id": ID, **_STATE}),
    "PresenceList": fields_of({"items": {"type": "array", "items": ref("Presence")}}),
    "LastSeen": fields_of({"last_seen": _TIME_OR_NULL}),
    "BlockStatus": fields_of({"blocked_by_me": FLAG, "blocks_me": FLAG}),
    "Block": fields_of({"user_id": ID, "created_at": _TIME}),
    "BlockPage": _page("Block"),
    "Problem": fields_of(
        {"type": {"type": "string", "format": "uri"}, "title": TEXT, "status": COUNT, "code": TEXT, "detail": TEXT}
    ),
}
PROBLEM = {
    "description": "What was refused, and why (RFC 9457).",
    "content": {"application/problem+json": {"schema": ref("Problem")}},
}
