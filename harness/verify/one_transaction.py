"""One transaction for everything: the use cases over somebody else's database, of which nothing stays."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg

from reference_server.connections import Connections
from reference_server.prepared import PreparedConnection


class OneTransaction(Connections):
    """Connections that are one, inside a transaction of the caller's; each use is a savepoint of it."""

    def __init__(self, database: PreparedConnection) -> None:
        super().__init__("", 0)
        self._database = database
        self._turn = asyncio.Lock()

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        async with self._turn, self._database.transaction():
            return await self._database.fetch(sql, *arguments)

    @asynccontextmanager
    async def transaction(self, conversation: UUID | None = None) -> AsyncIterator[asyncpg.Connection]:  # noqa: ARG002 - one for all
        async with self._turn, self._database.transaction():
            yield self._database
