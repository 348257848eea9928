"""Replica: pages, lists, gallery and unread counts are read from a standby, everything else from the primary."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import asyncpg

from reference_server.connections import Connections
from reference_server.database import PoolState, Rows
from reference_server.variant import Variant

#: Operations whose statements a standby answers; what they miss is the replication's lag.
_OPERATIONS = ("newest_page", "older_page", "media_gallery", "conversation_list")
#: Only where Redis keeps no counts: one rebuilt from a standby that lags would stay wrong.
_COUNTS = ("unread_total", "unread_conversation")


def replica_reads(variant: Variant) -> frozenset[str]:
    """The SQL that the standby answers.

    Membership is asked of the primary: a page that is empty because the standby lags is then no stranger's.
    """
    operations = _OPERATIONS if variant.cache.unread else (*_OPERATIONS, *_COUNTS)
    return frozenset(sql.text for slot, sql in variant.queries.items() if slot.split("/")[0] in operations)


class ReplicaReads(Rows):
    """A Database of a primary and its standby."""

    def __init__(self, primary: Connections, standby: Connections, reads: frozenset[str]) -> None:
        self._primary, self._standby, self._reads = primary, standby, reads

    async def fill(self) -> None:
        await self._primary.fill()
        await self._standby.fill()

    async def close(self) -> None:
        await self._primary.close()
        await self._standby.close()

    def idle(self) -> Sequence[asyncpg.Connection]:
        return [*self._primary.idle(), *self._standby.idle()]

    def pools(self) -> Sequence[PoolState]:
        return [*self._primary.pools("primary"), *self._standby.pools("replica")]

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        return await (self._standby if sql in self._reads else self._primary).fetch(sql, *arguments)

    def transaction(self, conversation: UUID | None = None) -> AbstractAsyncContextManager[asyncpg.Connection]:
        return self._primary.transaction(conversation)
