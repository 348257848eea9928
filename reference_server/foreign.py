"""Foreign: messages in shards that the main database reads through postgres_fdw; nothing is written (report §9.2).

Theory of operation. Users, conversations and blocks are in the main database. Its messages are foreign partitions by
hash of conversation_id, one for each shard, where messages has the keys, indexes and checks of the parent variant. Use
cases ask the main database alone, and its planner leaves out the shards that a conversation cannot be in.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg

from reference_server.connections import Connections
from reference_server.database import PoolState, Rows
from reference_server.errors import ReadOnly
from reference_server.variant import SqlFile, Variant, load_variant
from reference_server.variant_sections import Topology

#: Slots of statements that write outside a transaction; all others that write are inside one.
_WRITES = ("block_add", "block_remove", "delete_user/delete", "open_conversation/create", "sign_up")
#: A shard's view that makes the session which reads it report its counters, and what reads it in all of them.
FLUSH_VIEW = "CREATE VIEW flush_counters AS SELECT pg_stat_force_next_flush()::TEXT AS done"
FLUSH_SHARDS = " UNION ALL ".join(f"TABLE flush_counters_{number}" for number in range(4))
_OF_MESSAGES = re.compile(r"\b(?:ON|TABLE)\s+(?:ONLY\s+)?messages\b")


def takes_writes(variant: Variant) -> bool:
    """False where messages are foreign partitions."""
    return variant.topology.routing != "fdw"


def shard_variant(variant: Variant) -> Variant:
    """What a shard has: the messages of the nearest variant above that reads through no foreign partitions."""
    above = variant
    while not takes_writes(above) and above.extends:
        above = load_variant(above.extends)
    return replace(
        above,
        tables={"messages": above.tables["messages"]},
        storage=_of_messages(above.storage),
        keys=_of_messages(above.keys),
        derived={},
        indexes=_of_messages(above.indexes),
        constraints=_of_messages(above.constraints),
        triggers={},
        queries={},
        topology=Topology(),
    )


def _of_messages(files: Mapping[str, SqlFile]) -> dict[str, SqlFile]:
    """What concerns messages and refers to no other table."""
    return {
        slot: file for slot, file in files.items() if _OF_MESSAGES.search(file.text) and "REFERENCES" not in file.text
    }


class ForeignReads(Rows):
    """A Database that is only read."""

    def __init__(self, main: Connections, variant: Variant) -> None:
        self._main = main
        self._writes = frozenset(variant.queries[slot].text for slot in _WRITES if slot in variant.queries)

    async def fill(self) -> None:
        await self._main.fill()

    async def close(self) -> None:
        await self._main.close()

    def idle(self) -> Sequence[asyncpg.Connection]:
        return self._main.idle()

    def pools(self) -> Sequence[PoolState]:
        return self._main.pools()

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        if sql in self._writes:
            raise _read_only()
        return await self._main.fetch(sql, *arguments)

    def transaction(self, conversation: UUID | None = None) -> AbstractAsyncContextManager[asyncpg.Connection]:  # noqa: ARG002 - none is to be had
        raise _read_only()


def _read_only() -> ReadOnly:
    return ReadOnly(
        "This chat reads messages through foreign partitions, which can keep no key, so nothing was changed. "
        "Write with another variant."
    )
