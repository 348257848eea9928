"""What use cases ask a database for: one server, a primary with its replica, or several shards."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import asyncpg


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolState:
    """Connections to one database at one moment."""

    #: main, primary, replica, or shard and its number.
    database: str
    limit: int
    open: int
    idle: int
    #: Callers that wait for one.
    waiting: int


class Rows(ABC):
    """What follows from all rows: the first, and its first value."""

    @abstractmethod
    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """All rows. Raises Unavailable."""

    async def fetchrow(self, sql: str, *arguments: Any) -> asyncpg.Record | None:
        """The first row, or None. Raises Unavailable."""
        rows = await self.fetch(sql, *arguments)
        return rows[0] if rows else None

    async def fetchval(self, sql: str, *arguments: Any) -> Any:
        """The first value of the first row, or None. Raises Unavailable."""
        rows = await self.fetch(sql, *arguments)
        return rows[0][0] if rows else None


class Database(Protocol):
    """Times are integers, as reference_server.times has them. Each call raises Unavailable."""

    async def fill(self) -> None:
        """Open every connection now, so that the first requests do not pay for it."""
        ...

    async def close(self) -> None: ...

    def idle(self) -> Sequence[asyncpg.Connection]:
        """The connections that nobody uses at this moment."""
        ...

    def pools(self) -> Sequence[PoolState]:
        """How each database's connections are used at this moment."""
        ...

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]: ...
    async def fetchrow(self, sql: str, *arguments: Any) -> asyncpg.Record | None: ...
    async def fetchval(self, sql: str, *arguments: Any) -> Any: ...

    def transaction(self, conversation: UUID | None = None) -> AbstractAsyncContextManager[asyncpg.Connection]:
        """A connection inside a transaction, where the conversation is stored."""
        ...
