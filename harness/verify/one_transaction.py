"""One transaction for everything: the use cases over somebody else's database, of which nothing stays."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg

from reference_server.database import PoolState
from reference_server.prepared import PreparedConnection


class OneTransaction:
    """A Database that is one connection, inside a transaction of the caller's; each use is a savepoint of it."""

    def __init__(self, database: PreparedConnection) -> None:
        self._database = database
        self._turn = asyncio.Lock()

    async def fill(self) -> None:
        """Nothing: the connection is the caller's."""

    async def close(self) -> None:
        """Nothing: the connection is the caller's."""

    def idle(self) -> list[asyncpg.Connection]:
        return []

    def pools(self) -> list[PoolState]:
        return []

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        async with self._turn, self._database.transaction():
            return await self._database.fetch(sql, *arguments)

    async def fetchrow(self, sql: str, *arguments: Any) -> asyncpg.Record | None:
        rows = await self.fetch(sql, *arguments)
        return rows[0] if rows else None

    async def fetchval(self, sql: str, *arguments: Any) -> Any:
        row = await self.fetchrow(sql, *arguments)
        return row[0] if row else None

    @asynccontextmanager
    async def transaction(self, conversation: UUID | None = None) -> AsyncIterator[asyncpg.Connection]:  # noqa: ARG002 - there is one place for all
        async with self._turn, self._database.transaction():
            yield self._database
