"""Sharding: which of several databases holds a conversation, and how each statement finds its rows (report §9.2).

Theory of operation. A conversation and its messages are in one shard, by a hash of the conversation's id. Users and
blocks are in every shard, so that foreign keys and block checks stay local; shard 0 also has conversation_pairs, which
gives each pair of users one conversation id. Use cases know nothing of this: a statement's slot says who answers it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from uuid import UUID

from reference_server.errors import BrokenVariant
from reference_server.variant import VARIANTS, Variant

#: The bytes of an id that are random in every version in use: they are their own hash.
HASHED_BYTES = 4


def shard_of(conversation: UUID, shards: int) -> int:
    """The number of the shard that holds a conversation."""
    return int.from_bytes(conversation.bytes[-HASHED_BYTES:]) % shards


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Who answers a statement. Without `conversation`, every shard does, unless shard 0 alone has the rows."""

    #: Place of the conversation's id among the arguments.
    conversation: int | None = None
    #: Shard 0 alone.
    first_only: bool = False
    #: The answers are numbers to add up.
    adds_up: bool = False
    #: Order of the merged rows.
    order: Callable[[Any], Any] | None = None
    descending: bool = False
    #: Place of the limit among the arguments, for merged rows.
    limit: int | None = None
    #: Shard 0 first gives the pair its conversation id, which is then the last argument.
    claims: bool = False


def by_activity(row: Any) -> tuple[bool, int, bytes]:
    """The order of a conversation list, to be reversed: NULLS LAST, then by id."""
    at = row["last_message_at"]
    return at is not None, at or 0, row["id"].bytes


_HERE, _FIRST, _ALL = Rule(conversation=0), Rule(first_only=True), Rule()
RULES: Mapping[str, Rule] = {
    "block_add": _ALL,
    "block_check": _FIRST,
    "block_list/newest": _FIRST,
    "block_list/older": _FIRST,
    "block_remove": _ALL,
    "conversation_list/last_messages": _ALL,
    "conversation_list/newest": Rule(order=by_activity, descending=True, limit=1),
    "conversation_list/older": Rule(order=by_activity, descending=True, limit=3),
    "delete_message/delete": _HERE,
    "delete_message/find": _ALL,
    "delete_message/lock": _HERE,
    "delete_message/recompute": _HERE,
    "delete_user/delete": _ALL,
    "delete_user/partners": _ALL,
    "heartbeat/audience": Rule(order=by_activity, descending=True, limit=1),
    "mark_read/counter": _HERE,
    "mark_read/hold": _HERE,
    "mark_read/messages": _HERE,
    "mark_read/unread": _HERE,
    "media_gallery/newest": _HERE,
    "media_gallery/older": _HERE,
    "membership": _HERE,
    "missed_messages": Rule(order=itemgetter("created_at", "id"), limit=3),
    "newest_page": _HERE,
    "older_page": _HERE,
    "open_conversation/claim": _FIRST,
    "open_conversation/create": Rule(claims=True),
    "open_conversation/find": _ALL,
    "send/bump": _HERE,
    "send/check": _HERE,
    "send/insert": Rule(conversation=1),
    "send/stored": _ALL,
    "sign_up": _ALL,
    "typing": _HERE,
    "unread_conversation": _HERE,
    "unread_total": Rule(adds_up=True),
}


def rules_of(variant: Variant) -> dict[str, Rule]:
    """SQL → rule. Raises BrokenVariant for a slot that nobody has said how to route."""
    for slot in variant.queries:
        if slot not in RULES:
            raise BrokenVariant(
                VARIANTS / f"{variant.name}.toml",
                f"queries.{slot}",
                "has no rule in reference_server/sharding.py; expected one, or topology.shards = 1.",
            )
    return {sql.text: RULES[slot] for slot, sql in variant.queries.items()}


def merge(rule: Rule, answers: Sequence[Sequence[Any]], arguments: Sequence[Any]) -> list[Any]:
    """The rows of every shard as one database would answer them."""
    if rule.adds_up:
        return [(sum(rows[0][0] for rows in answers if rows),)]
    rows = [row for answer in answers for row in answer]
    if rule.order is not None:
        rows.sort(key=rule.order, reverse=rule.descending)
    return rows if rule.limit is None else rows[: arguments[rule.limit]]
