"""AsyncAPI: the document at /asyncapi.json, of the WebSocket's frames in both directions, its errors and its resume."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson

from reference_server.openapi_schemas import COUNT, FLAG, ID, SCHEMAS, TEXT, fields_of, ref

_MESSAGE_NEW = {
    "allOf": [
        ref("Message"),
        {"properties": {"client_id": {**ID, "description": "The sender's own id, where messages are numbered."}}},
    ]
}


def _frame(kind: str, **fields: Any) -> dict[str, Any]:
    return fields_of({"type": {"const": kind}, **fields})


def _event(kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    return _frame(kind, payload=payload)


_CURSOR = {**TEXT, "description": "What a device that comes back names as `after`."}
_SECONDS = {**COUNT, "description": "Unix seconds."}
#: Name of the message → what it says, and its schema.
FROM_SERVER: Mapping[str, tuple[str, dict[str, Any]]] = {
    "message.new": (
        "A message to or from the user was stored; every device of both gets it.",
        _frame("message.new", payload=_MESSAGE_NEW, cursor=_CURSOR),
    ),
    "message.read": (
        "A member read a conversation; every device of both gets it.",
        _event("message.read", fields_of({"conversation_id": ID, "reader_id": ID, "count": COUNT})),
    ),
    "presence.changed": (
        "Somebody with whom the user has a conversation came or went.",
        _event("presence.changed", fields_of({"user_id": ID, "online": FLAG, "last_seen": _SECONDS})),
    ),
    "typing": ("The other member is writing.", _event("typing", fields_of({"conversation_id": ID, "user_id": ID}))),
    "resume.needed": (
        "Something may have been missed: connect again with the last message's cursor as `after`.",
        _frame("resume.needed"),
    ),
    "resume.done": (
        "What was missed has been sent; live events follow. Not `complete`: there was more, load everything anew.",
        _event("resume.done", fields_of({"count": COUNT, "complete": FLAG})),
    ),
    "error": ("What the device sent was refused; the socket stays.", _event("error", ref("Problem"))),
}
FROM_DEVICE: Mapping[str, tuple[str, dict[str, Any]]] = {
    "typing": ("The user is writing; the other member is told.", _frame("typing", conversation_id=ID)),
    "heartbeat": ("Online for another minute.", _frame("heartbeat")),
}
CLOSE_CODES: Mapping[str, str] = {
    "1009": "A frame of the device was larger than 64 KiB.",
    "1011": "The server failed; reconnect with `after`.",
    "1012": "The server stops; reconnect with `after`, to another.",
    "4401": "The token has expired; reconnect with a new one.",
    "4408": "The device reads too slowly; reconnect with `after`.",
}
_ABOUT = (
    "One socket is one device. Connect with a bearer token, in the header or, for browsers, in the query; a refusal "
    "answers the handshake with a problem, as any other request. Frames are JSON texts. Once connected, everything "
    "that is published to the user arrives at each of the user's devices, once, at whichever server it was sent.\n\n"
    "**Resume.** Each `message.new` has a `cursor`. A device that lost its connection names the last one as `after`: "
    "messages stored since are sent first, the earliest first, then `resume.done`, then live events. A resume may "
    "repeat messages of the seconds before the cursor: drop those whose id is known. Other events are not repeated.\n\n"
    "**Errors.** A frame that makes no sense, or is not allowed, is answered by `error`; the socket stays. "
    "**Close codes.** " + " ".join(f"{code}: {why}" for code, why in CLOSE_CODES.items())
)


@cache
def document() -> bytes:
    """AsyncAPI 3.0 as JSON; the operations are the server's."""
    messages = {
        **{_name("server", kind): _message(kind, *said) for kind, said in FROM_SERVER.items()},
        **{_name("device", kind): _message(kind, *said) for kind, said in FROM_DEVICE.items()},
    }
    return orjson.dumps(
        {
            "asyncapi": "3.0.0",
            "info": {"title": "chatbench reference server: the WebSocket", "version": "1", "description": _ABOUT},
            "defaultContentType": "application/json",
            "servers": {
                "own": {
                    "host": "{host}",
                    "protocol": "ws",
                    "variables": {"host": {"default": "127.0.0.1:8000"}},
                    "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in ("bearer", "query")],
                }
            },
            "channels": {"device": _channel(messages)},
            "operations": {
                "tellDevice": _operation("send", "server", FROM_SERVER),
                "obeyDevice": _operation("receive", "device", FROM_DEVICE),
            },
            "components": {
                "messages": messages,
                "schemas": {name: SCHEMAS[name] for name in ("Media", "Message", "Problem")},
                "securitySchemes": {
                    "bearer": {"type": "http", "scheme": "bearer"},
                    "query": {"type": "httpApiKey", "in": "query", "name": "token"},
                },
            },
        }
    )


def _name(who: str, kind: str) -> str:
    return f"{who}.{kind}"


def _message(kind: str, summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": kind, "summary": summary, "payload": schema}


def _channel(messages: Mapping[str, Any]) -> dict[str, Any]:
    query = {
        "type": "object",
        "properties": {
            "token": {**TEXT, "description": "For browsers, which cannot set headers."},
            "after": {**TEXT, "description": "`cursor` of the last message.new that arrived."},
        },
    }
    return {
        "address": "/v1/ws",
        "summary": "A device's events, and what it tells.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {"ws": {"method": "GET", "query": query}},
        "x-close-codes": dict(CLOSE_CODES),
    }


def _operation(action: str, who: str, kinds: Mapping[str, Any]) -> dict[str, Any]:
    references = [{"$ref": f"#/channels/device/messages/{_name(who, kind)}"} for kind in kinds]
    return {"action": action, "channel": {"$ref": "#/channels/device"}, "messages": references}
