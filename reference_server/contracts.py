"""Contracts: what each operation gives to its SQL, and which columns it reads from the answer.

Own SQL is free in everything but this: its parameters, in this order, and columns of these names (others are ignored).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from reference_server.variant_sections import Identifiers, Policy

#: Kind → the types in which PostgreSQL may have it.
KINDS: Mapping[str, tuple[str, ...]] = {
    "uuid": ("uuid",),
    "number": ("int8", "int4"),
    "integer": ("int2", "int4", "int8", "numeric"),
    "time": ("timestamptz",),
    "text": ("text", "varchar", "bpchar"),
    "json": ("jsonb", "json", "text", "varchar"),
    "bool": ("bool",),
    "uuids": ("uuid[]",),
    "numbers": ("int8[]",),
    "times": ("timestamptz[]",),
}
#: A column of this name stands for the first one, whatever it is called.
FIRST = "(first)"


@dataclass(frozen=True, slots=True)
class Contract:
    """Of one slot; each name with its kind."""

    parameters: Mapping[str, str]
    columns: Mapping[str, str]

    def __str__(self) -> str:
        given = ", ".join(f"${place} {name} ({kind})" for place, (name, kind) in enumerate(self.parameters.items(), 1))
        answered = ", ".join(f"{name} ({kind})" for name, kind in self.columns.items())
        return f"takes {given}" + (f" and answers {answered}" if answered else "")


def _named(text: str) -> dict[str, str]:
    """Of "id:uuid created_at:time"."""
    return dict(part.split(":") for part in text.split())


_MESSAGE = (
    "id:message conversation_id:uuid sender_id:uuid receiver_id:uuid type:text content:text media:json "
    "is_read:bool read_at:time created_at:time"
)
_SHOWN = _MESSAGE.replace("conversation_id:uuid ", "")
_LISTED = (
    "id:uuid other_id:uuid unread_count:integer last_message_id:message last_message_at:time "
    "created_at:time updated_at:time"
)
_OPENED = (
    "id:uuid user1_id:uuid user2_id:uuid last_message_id:message last_message_at:time created_at:time updated_at:time"
)
_BLOCK = "id:uuid blocked_id:uuid created_at:time"
_ROOM = "conversation:uuid user:uuid"
_BEFORE = "before_time:time before_id:message"
#: Slot → what it takes, and what it answers.
_SLOTS: Mapping[str, tuple[str, str]] = {
    "block_add": ("user:uuid other:uuid", ""),
    "block_check": ("user:uuid other:uuid", "blocked_by_me:bool blocks_me:bool"),
    "block_list/newest": ("user:uuid limit:integer", _BLOCK),
    "block_list/older": ("user:uuid before_time:time before_id:uuid limit:integer", _BLOCK),
    "block_remove": ("user:uuid other:uuid", ""),
    "conversation_list/last_messages": (
        "ids:messages times:times",
        "id:message conversation_id:uuid sender_id:uuid content:text type:text created_at:time",
    ),
    "conversation_list/newest": ("user:uuid limit:integer", _LISTED),
    "conversation_list/older": ("user:uuid before_time:time before_id:uuid limit:integer", _LISTED),
    "delete_message/delete": ("message:message created_at:time", "is_read:bool"),
    "delete_message/find": (
        "message:message user:uuid",
        "conversation_id:uuid sender_id:uuid receiver_id:uuid created_at:time",
    ),
    "delete_message/lock": ("conversation:uuid", ""),
    "delete_message/recompute": ("conversation:uuid receiver:uuid unread_gone:integer", ""),
    "delete_user/delete": ("user:uuid", ""),
    "delete_user/partners": ("user:uuid", "id:uuid other_id:uuid"),
    "heartbeat/audience": ("user:uuid limit:integer", "other_id:uuid"),
    "mark_read/counter": (f"{_ROOM} read:integer", f"{FIRST}:uuid"),
    "mark_read/hold": ("conversation:uuid", ""),
    "mark_read/messages": (_ROOM, ""),
    "mark_read/unread": (_ROOM, "id:message created_at:time"),
    "media_gallery/newest": (f"{_ROOM} kind:text limit:integer", _SHOWN),
    "media_gallery/older": (f"{_ROOM} kind:text {_BEFORE} limit:integer", _SHOWN),
    "membership": (_ROOM, f"{FIRST}:any"),
    "missed_messages": ("user:uuid after_time:time after_id:message limit:integer", _MESSAGE),
    "newest_page": (f"{_ROOM} limit:integer", _SHOWN),
    "older_page": (f"{_ROOM} {_BEFORE} limit:integer", _SHOWN),
    "open_conversation/claim": ("user1:uuid user2:uuid", f"{FIRST}:uuid"),
    "open_conversation/create": ("user1:uuid user2:uuid", _OPENED),
    "open_conversation/find": ("user1:uuid user2:uuid", _OPENED),
    "send/bump": ("conversation:uuid message:message created_at:time receiver:uuid", ""),
    "send/check": (_ROOM, "receiver_id:uuid blocked_by_me:bool blocks_me:bool"),
    "send/insert": (
        "id:uuid conversation:uuid sender:uuid receiver:uuid type:text content:text media:json",
        _MESSAGE,
    ),
    "send/stored": ("id:uuid", _MESSAGE),
    "sign_up": ("user:uuid username:text", ""),
    "typing": (_ROOM, f"{FIRST}:uuid"),
    "unread_conversation": (_ROOM, f"{FIRST}:integer"),
    "unread_total": ("user:uuid", f"{FIRST}:integer"),
}
SLOTS_WITH_CONTRACTS = tuple(_SLOTS)


def contract_of(slot: str, identifiers: Identifiers, policy: Policy, *, claimed: bool = False) -> Contract:
    """As the variant's identifiers and policies have it; `claimed`: a new conversation's id comes from elsewhere."""
    parameters, columns = (_named(text) for text in _SLOTS[slot])
    if policy.pages == "offset" and slot in ("older_page", "media_gallery/older"):
        parameters = {("skip" if name == "before_time" else name): kind for name, kind in parameters.items()}
        parameters = {name: kind for name, kind in parameters.items() if name != "before_id"} | {}
        parameters["skip"] = "integer"
    if slot == "mark_read/messages" and policy.read_receipts == "each":
        parameters = _named("message:message created_at:time")
    if slot == "mark_read/messages" and policy.read_receipts == "watermark":
        columns = {FIRST: "integer"}
    if slot == "open_conversation/create" and claimed:
        parameters["id"] = "uuid"
    if identifiers.messages == "bigint" and slot in ("send/insert", "send/stored"):
        columns["client_id"] = "uuid"
    one, several = ("number", "numbers") if identifiers.messages == "bigint" else ("uuid", "uuids")
    exact = {"message": one, "messages": several}
    return Contract(
        {name: exact.get(kind, kind) for name, kind in parameters.items()},
        {name: exact.get(kind, kind) for name, kind in columns.items()},
    )


def deviation(contract: Contract, parameters: Sequence[str], columns: Sequence[tuple[str, str]]) -> str | None:
    """What a prepared statement lacks of a contract; None when it keeps it. Types are PostgreSQL's names."""
    if len(parameters) != len(contract.parameters):
        return f"it takes {len(parameters)} parameters, and the operation gives {len(contract.parameters)}"
    for place, (found, (name, kind)) in enumerate(zip(parameters, contract.parameters.items(), strict=True), 1):
        if not _fits(found, kind):
            return f"its ${place} is {found}, and the operation gives {name} as {_said(kind)}"
    return _columns_deviate(contract.columns, columns)


def _columns_deviate(wanted: Mapping[str, str], columns: Sequence[tuple[str, str]]) -> str | None:
    found: dict[str, Any] = dict(columns)
    if FIRST in wanted:
        found[FIRST] = columns[0][1] if columns else None
    missing = [name for name in wanted if found.get(name) is None]
    if missing and FIRST in missing:
        return "it answers no column"
    if missing:
        near = [get_close_matches(name, [name for name, _ in columns], n=1, cutoff=0.5) for name in missing[:1]]
        hint = f" ({near[0][0]} AS {missing[0]}?)" if near[0] else ""
        return f"its answer has no column {', '.join(missing)}{hint}"
    for name, kind in wanted.items():
        if not _fits(found[name], kind):
            what = "first column" if name == FIRST else f"column {name}"
            return f"its {what} is {found[name]}, and the operation reads {_said(kind)}"
    return None


def _fits(found: str, kind: str) -> bool:
    # "unknown" is what NULL and text in quotes are before something uses them
    return kind == "any" or found in ("unknown", *KINDS[kind])


def _said(kind: str) -> str:
    return " or ".join(KINDS[kind][:2])
