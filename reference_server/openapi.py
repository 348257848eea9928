"""OpenAPI: the document at /openapi.json, from the table of routes and a line about each."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson

from reference_server.openapi_schemas import PROBLEM, SCHEMAS
from reference_server.rest import TABLE
from reference_server.validation import MAX_PAGE, MEDIA_RULES

_BEFORE = {"name": "before", "in": "query", "description": "`next` of the previous page.", "schema": {"type": "string"}}
_LIMIT = {
    "name": "limit",
    "in": "query",
    "schema": {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 50},
}
_MEDIA_TYPE = {"name": "type", "in": "query", "schema": {"enum": list(MEDIA_RULES), "default": "image"}}
_AFTER = {
    "name": "after",
    "in": "query",
    "description": "`cursor` of the last message.new that arrived: what came later is sent first.",
    "schema": {"type": "string"},
}
_TOKEN = {"name": "token", "in": "query", "description": "For browsers.", "schema": {"type": "string"}}

#: Method and path → what it does, the answer's schema (None: 204), the body's schema, the query's parameters.
_ABOUT: Mapping[tuple[str, str], tuple[str, str | None, str | None, tuple[dict[str, Any], ...]]] = {
    ("GET", "/v1/conversations/{id}/messages"): ("Messages, newest first", "MessagePage", None, (_LIMIT, _BEFORE)),
    ("POST", "/v1/conversations/{id}/messages"): (
        "Send; 201 when stored, 200 when an earlier try stored it",
        "Message",
        "Draft",
        (),
    ),
    ("GET", "/v1/conversations"): ("Conversations, latest activity first", "ConversationPage", None, (_LIMIT, _BEFORE)),
    ("POST", "/v1/conversations"): ("The conversation with somebody, made if need be", "Conversation", "Other", ()),
    ("POST", "/v1/conversations/{id}/read"): ("Mark everything read", "Read", None, ()),
    ("GET", "/v1/conversations/{id}/unread"): ("Unread messages of a conversation", "Unread", None, ()),
    ("GET", "/v1/conversations/{id}/media"): (
        "Messages of one media type, newest first",
        "MessagePage",
        None,
        (_MEDIA_TYPE, _LIMIT, _BEFORE),
    ),
    ("GET", "/v1/unread"): ("Unread messages of all conversations", "Unread", None, ()),
    ("POST", "/v1/presence/heartbeat"): ("Online for another minute", None, None, ()),
    ("POST", "/v1/presence/offline"): ("No longer online", None, None, ()),
    ("POST", "/v1/presence/lookup"): ("Presence of several users", "PresenceList", "Users", ()),
    ("GET", "/v1/users/{id}/last-seen"): ("When a user was last seen", "LastSeen", None, ()),
    ("GET", "/v1/blocks"): ("Whom one blocks, the latest first", "BlockPage", None, (_LIMIT, _BEFORE)),
    ("GET", "/v1/blocks/{id}"): ("Who of the two blocks whom", "BlockStatus", None, ()),
    ("PUT", "/v1/blocks/{id}"): ("Block somebody", None, None, ()),
    ("DELETE", "/v1/blocks/{id}"): ("No longer block somebody", None, None, ()),
    ("DELETE", "/v1/messages/{id}"): ("Delete one's own message", None, None, ()),
    ("PUT", "/v1/users/me"): (
        "Sign up: the token's user comes into being",
        None,
        "Newcomer",
        (),
    ),
    ("DELETE", "/v1/users/me"): ("Leave for good", None, None, ()),
}
_SOCKET = {
    "summary": "A WebSocket: message.new, message.read, presence.changed, typing, resume.needed, resume.done, error",
    "description": (
        "Frames are JSON objects with `type` and `payload`. A device sends {type: typing, conversation_id} and "
        "{type: heartbeat}. A resume may repeat messages: drop those whose id is known. Close codes: 4401 the token "
        "has expired; 4408 too slow a reader, reconnect with `after`; 1012 the server stops."
    ),
    "parameters": [_TOKEN, _AFTER],
    "responses": {
        "101": {"description": "Switched to WebSocket"},
        "default": {"$ref": "#/components/responses/Problem"},
    },
}


@cache
def document() -> bytes:
    """OpenAPI 3.1 as JSON."""
    paths: dict[str, dict[str, Any]] = {
        "/v1/ws": {"get": _SOCKET},
        "/healthz": {"get": _open("Whether PostgreSQL and Redis answer")},
        "/openapi.json": {"get": _open("This document")},
        "/asyncapi.json": {"get": _open("The WebSocket's frames, as AsyncAPI")},
    }
    for method, path, _ in TABLE:
        paths.setdefault(path, {})[method.lower()] = _operation(method, path)
    return orjson.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "chatbench reference server", "version": "1"},
            "security": [{"bearer": []}],
            "paths": paths,
            "components": {
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
                "responses": {"Problem": PROBLEM},
                "schemas": SCHEMAS,
            },
        }
    )


def _operation(method: str, path: str) -> dict[str, Any]:
    summary, answer, body, query = _ABOUT[method, path]
    ids = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for name in re.findall(r"{(\w+)}", path)
    ]
    operation: dict[str, Any] = {"summary": summary, "parameters": [*ids, *query]}
    if body is not None:
        operation["requestBody"] = {"required": True, "content": _json(body)}
    statuses = ("200", "201") if body == "Draft" else ("200",)
    answers = {status: {"description": summary, "content": _json(answer)} for status in statuses} if answer else {}
    operation["responses"] = {
        **(answers or {"204": {"description": "Done"}}),
        "default": {"$ref": "#/components/responses/Problem"},
    }
    return operation


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _open(summary: str) -> dict[str, Any]:
    """An operation that needs no token."""
    responses = {"200": {"description": summary, "content": {"application/json": {"schema": {"type": "object"}}}}}
    return {"summary": summary, "security": [], "responses": responses}
