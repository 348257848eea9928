"""What a variant chooses that SQL alone cannot say: identifiers, fan-out, durability, topology, policy, cache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

from reference_server.errors import BrokenVariant


@dataclass(frozen=True, kw_only=True, slots=True)
class CachePolicy:
    """Which answers Redis keeps; False goes to PostgreSQL (presence lives nowhere else: then everybody is unknown)."""

    last_message: bool = True
    unread: bool = True
    presence: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Identifiers:
    """What messages.id is; the ids of every other table stay UUIDs."""

    #: uuid4: random. uuid7: time in front. bigint: the database counts, and the client's own id stands in client_id.
    messages: Literal["uuid4", "uuid7", "bigint"] = "uuid4"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fanout:
    """How an event reaches the process that holds its receiver's socket."""

    transport: Literal["pubsub", "sharded_pubsub", "streams", "notify"] = "pubsub"


@dataclass(frozen=True, kw_only=True, slots=True)
class Durability:
    """What survives a crash, in PostgreSQL and in Redis."""

    synchronous_commit: bool = True
    #: As in redis.conf: "" is no RDB snapshot, "3600 1" one an hour after a change.
    redis_save: str = ""
    redis_appendonly: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Topology:
    """How many databases stand behind the chat, and who finds the right one."""

    #: Reads go to a streaming replica.
    replica: bool = False
    shards: int = 1
    routing: Literal["none", "fdw", "application"] = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """Where a use case takes another path; what SQL can say alone stands in queries instead."""

    #: flags: one UPDATE marks all messages. each: one UPDATE for each. watermark: one row says how far.
    read_receipts: Literal["flags", "each", "watermark"] = "flags"
    #: redis: the conversation list takes its counts from there, and counts where Redis has none.
    unread: Literal["counters", "redis"] = "counters"
    #: keyset: a cursor is a place. offset: a cursor is a number of messages.
    pages: Literal["keyset", "offset"] = "keyset"
    #: Who notes a message in its conversation. trigger: the database, so no use case bumps.
    bookkeeping: Literal["application", "trigger"] = "application"


#: Section of the TOML file → its record; a key that is left out is the parent's, and in the end the record's default.
SECTIONS: dict[str, type] = {
    "identifiers": Identifiers,
    "fanout": Fanout,
    "durability": Durability,
    "topology": Topology,
    "policy": Policy,
    "cache": CachePolicy,
}


def check_section(path: Path, section: str, table: Mapping[str, Any]) -> None:
    """Raises BrokenVariant for a key that the section does not have, or a value that it cannot take."""
    hints = get_type_hints(SECTIONS[section])
    for key, value in table.items():
        if key not in hints:
            near = get_close_matches(key, hints, n=3) or sorted(hints)
            raise BrokenVariant(path, f"{section}.{key}", f"unknown key; expected one of {', '.join(near)}.")
        if problem := _problem(hints[key], value):
            raise BrokenVariant(path, f"{section}.{key}", f"{value!r} is not {problem}.")


def _problem(hint: Any, value: Any) -> str | None:
    """What was expected, when the value is not it."""
    if options := get_args(hint):
        fits, expected = value in options, f"one of {', '.join(options)}"
    elif hint is bool:
        fits, expected = isinstance(value, bool), "true or false"
    elif hint is int:
        fits, expected = isinstance(value, int) and not isinstance(value, bool) and value >= 1, "a whole number from 1"
    else:
        fits, expected = isinstance(value, str), "text in quotes"
    return None if fits else expected
