"""A connection that keeps its prepared statements itself: asyncpg's own way to one costs a third of a short query."""

from collections.abc import Coroutine
from typing import Any

import asyncpg


class PreparedConnection(asyncpg.Connection):
    """An asyncpg connection whose queries are prepared at their first use and found by their text afterwards.

    Times are integers, as reference_server.times has them. Only for a bounded set of texts: none is ever forgotten.
    """

    __slots__ = ("_statements",)
    _statements: dict[str, Any]

    @classmethod
    async def connect(cls, dsn: str, **options: Any) -> "PreparedConnection":
        """Raises what asyncpg.connect raises."""
        # asyncpg names statements only while its own cache is on; without a name each call would parse anew
        connection: PreparedConnection = await asyncpg.connect(dsn, connection_class=cls, **options)
        connection._statements = {}
        await connection.set_builtin_type_codec("timestamptz", schema="pg_catalog", codec_name="int8")
        return connection

    def fetch(self, query: str, *arguments: Any) -> Coroutine[Any, Any, list[asyncpg.Record]]:  # type: ignore[override] # no timeouts here
        """All rows, by asyncpg's own coroutine: each that wraps it costs a fortieth of a short query."""
        statement = self._statements.get(query)
        if statement is None:
            return self._prepare_and_fetch(query, arguments)
        # what statement.fetch does behind four more calls, which are 6 of a short query's 28 µs
        rows: Coroutine[Any, Any, list[asyncpg.Record]] = self._protocol.bind_execute(  # type: ignore[attr-defined] # unstubbed
            statement._state,  # noqa: SLF001 - asyncpg has no public way past those calls
            arguments,
            "",
            0,
            False,  # rows alone, without their status
            None,
        )
        return rows

    def forget(self) -> None:
        """After a failure: a statement's plan may be what failed, so the next calls prepare anew."""
        self._statements.clear()

    async def fetchrow(self, query: str, *arguments: Any) -> asyncpg.Record | None:  # type: ignore[override]
        """The first row, or None."""
        rows = await self.fetch(query, *arguments)
        return rows[0] if rows else None

    async def fetchval(self, query: str, *arguments: Any) -> Any:  # type: ignore[override]
        """The first value of the first row, or None."""
        rows = await self.fetch(query, *arguments)
        return rows[0][0] if rows else None

    async def execute(self, query: str, *arguments: Any) -> str:  # type: ignore[override]
        """The status, such as "UPDATE 3"; without arguments a plain command."""
        if not arguments:
            return str(await super().execute(query))
        statement = self._statements.get(query) or await self._prepared(query)
        await statement.fetch(*arguments)
        return str(statement.get_statusmsg())

    async def _prepare_and_fetch(self, query: str, arguments: tuple[Any, ...]) -> list[asyncpg.Record]:
        await self._prepared(query)
        return await self.fetch(query, *arguments)

    async def _prepared(self, query: str) -> Any:
        statement = self._statements[query] = await self.prepare(query)
        return statement
