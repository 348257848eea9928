"""Statements: which SQL a use case runs, and by which query id pg_stat_statements knows it."""

import re

import asyncpg

from reference_server.contracts import contract_of, deviation
from reference_server.errors import BrokenVariant
from reference_server.sql_errors import breaks_contract, refused
from reference_server.variant import SQL, SqlFile, Variant

#: Every slot that the use cases run unless a policy says otherwise; the part before the slash is the operation.
SLOTS = (
    "block_add",
    "block_check",
    "block_list/newest",
    "block_list/older",
    "block_remove",
    "conversation_list/last_messages",
    "conversation_list/newest",
    "conversation_list/older",
    "delete_message/delete",
    "delete_message/find",
    "delete_message/lock",
    "delete_message/recompute",
    "delete_user/delete",
    "delete_user/partners",
    "heartbeat/audience",
    "mark_read/counter",
    "mark_read/messages",
    "media_gallery/newest",
    "media_gallery/older",
    "membership",
    "missed_messages",
    "newest_page",
    "older_page",
    "open_conversation/create",
    "open_conversation/find",
    "send/bump",
    "send/check",
    "send/insert",
    "send/stored",
    "typing",
    "unread_conversation",
    "unread_total",
)
#: What a variant may leave out, where users come from elsewhere.
_OPTIONAL = ("sign_up",)
#: What a policy adds to these, and what it makes nobody run.
_ADDED = {"each": ("mark_read/unread",), "watermark": ("mark_read/hold",)}
_NEEDLESS = {
    "trigger": ("send/bump",),
    # foreign partitions are only read
    "fdw": ("delete_message/delete", "mark_read/messages", "send/insert"),
}
_QUERY_ID = re.compile(r"Query Identifier: (-?\d+)")


def slots(variant: Variant) -> tuple[str, ...]:
    """Every slot that the use cases run under this variant's policy."""
    policy = variant.policy
    needless = (*_NEEDLESS.get(policy.bookkeeping, ()), *_NEEDLESS.get(variant.topology.routing, ()))
    routed = ("open_conversation/claim",) if variant.topology.routing == "application" else ()
    optional = (slot for slot in _OPTIONAL if slot in variant.queries)
    return (
        *(slot for slot in SLOTS if slot not in needless),
        *optional,
        *_ADDED.get(policy.read_receipts, ()),
        *routed,
    )


def statements(variant: Variant) -> dict[str, str]:
    """Slot → SQL, complete. Raises BrokenVariant when a use case would have nothing to run."""
    for slot in slots(variant):
        if slot not in variant.queries:
            options = sorted(path.stem for path in (SQL / "queries" / slot).glob("*.sql"))
            raise BrokenVariant(
                variant.file,
                f"queries.{slot}",
                f"missing; every use case needs its SQL. Expected one of {', '.join(options)}.",
            )
    return {slot: sql.text for slot, sql in variant.queries.items()}


async def query_ids(connection: asyncpg.Connection, variant: Variant) -> dict[int, str]:
    """Query id → slot in this database, by planning each statement with NULLs; needs compute_query_id on or auto.

    Raises BrokenSql for what PostgreSQL refuses or its operation cannot use, and BrokenVariant when two slots share an
    id: their figures could not be told apart.
    """
    found: dict[int, str] = {}
    for slot, sql in variant.queries.items():
        parameters = await _parameters(connection, variant, slot, sql)
        plan = await connection.fetch(f"EXPLAIN (VERBOSE)\n{sql.text}", *[None] * len(parameters))
        for match in _QUERY_ID.finditer("\n".join(row[0] for row in plan)):
            other = found.setdefault(int(match[1]), slot)
            if other != slot:
                raise BrokenVariant(
                    sql.path, slot, f"pg_stat_statements cannot tell it from {other}; expected another table alias."
                )
    return found


async def _parameters(connection: asyncpg.Connection, variant: Variant, slot: str, sql: SqlFile) -> list[str]:
    """Their types' names, of a statement that keeps its operation's contract."""
    try:
        prepared = await connection.prepare(sql.text)
    except asyncpg.PostgresError as problem:
        raise refused(sql, problem, so=f"so {slot} has no statement", variant=variant) from problem
    claimed = variant.topology.routing == "application"
    contract = contract_of(slot, variant.identifiers, variant.policy, claimed=claimed)
    parameters = [parameter.name for parameter in prepared.get_parameters()]
    columns = [(attribute.name, attribute.type.name) for attribute in prepared.get_attributes()]
    if deviates := deviation(contract, parameters, columns):
        raise breaks_contract(sql, slot, contract, deviates)
    return parameters
