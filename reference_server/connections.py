"""A light connection holder: asyncpg's own pool resets a connection after every use, which halves short queries."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg

from reference_server.database import PoolState, Rows
from reference_server.errors import Unavailable
from reference_server.prepared import PreparedConnection

#: PostgreSQL's own refusals that a later retry may not meet.
_PASSING = (
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.TransactionRollbackError,
    asyncpg.exceptions.InsufficientResourcesError,
    OSError,
)
#: A statement may take this long; less than the unread cache's in-flight mark lives.
_TIMEOUT_S = 30


class Connections(Rows):
    """At most `size` connections; a closed one is replaced, a cancelled user's is thrown away."""

    def __init__(self, dsn: str, size: int, settings: Mapping[str, str] | None = None) -> None:
        self._dsn = dsn
        #: Of each session, beside our own.
        self._settings = settings or {}
        self._size = size
        self._open = 0
        self._idle: list[PreparedConnection] = []
        self._waiters: deque[asyncio.Future[PreparedConnection | None]] = deque()

    async def fill(self) -> None:
        """Open every connection now, so that the first requests do not pay for it. Raises Unavailable."""
        taken = await asyncio.gather(*(self.acquire() for _ in range(self._size)), return_exceptions=True)
        problems = [one for one in taken if isinstance(one, BaseException)]
        for one in taken:
            if isinstance(one, PreparedConnection):
                self.release(one)
        if problems:
            await self.close()
            raise problems[0]

    async def close(self) -> None:
        """Close the idle connections; call it when nobody uses one any more."""
        idle, self._idle = self._idle, []
        self._open -= len(idle)
        await asyncio.gather(*(connection.close(timeout=5) for connection in idle), return_exceptions=True)

    def pools(self, name: str = "main") -> Sequence[PoolState]:
        """Reads counts only: another thread may ask."""
        waiting = sum(not waiter.done() for waiter in tuple(self._waiters))
        state = PoolState(database=name, limit=self._size, open=self._open, idle=len(self._idle), waiting=waiting)
        return (state,)

    def idle(self) -> Sequence[PreparedConnection]:
        """The connections that nobody uses at this moment."""
        return list(self._idle)

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """All rows. Raises Unavailable."""
        idle = self._idle
        connection = idle.pop() if idle else await self.acquire()
        try:
            rows: list[asyncpg.Record] = await connection.fetch(sql, *arguments)
        except asyncio.CancelledError:
            connection.terminate()
            raise
        except Exception as problem:
            connection.forget()
            _raise_unavailable(problem, connection)
            raise
        finally:
            self.release(connection)
        return rows

    @asynccontextmanager
    async def transaction(self, conversation: UUID | None = None) -> AsyncIterator[PreparedConnection]:  # noqa: ARG002 - there is one place for all
        """A connection inside a transaction: committed at the end, rolled back on an error. Raises Unavailable."""
        connection = await self.acquire()
        try:
            await connection.execute("BEGIN")
            yield connection
            await connection.execute("COMMIT")
        except Exception as problem:
            connection.forget()
            await _roll_back(connection)
            _raise_unavailable(problem, connection)
            raise
        except BaseException:
            connection.terminate()
            raise
        finally:
            self.release(connection)

    async def acquire(self) -> PreparedConnection:
        """A connection for the caller alone, who must release it. Raises Unavailable."""
        while True:
            if self._idle:
                return self._idle.pop()
            if self._open < self._size:
                return await self._connect()
            connection = await self._wait()
            if connection is not None and not connection.is_closed():
                return connection
            if connection is not None:
                self._open -= 1

    def release(self, connection: PreparedConnection) -> None:
        """Hand the connection to the longest waiter, or keep it."""
        if connection.is_closed():
            self._open -= 1
            self._wake(None)
        elif not (self._waiters and self._wake(connection)):
            self._idle.append(connection)

    def _drop(self, connection: PreparedConnection) -> None:
        """An idle connection that the server closed is nobody's any more; one in use is dropped by its release."""
        if connection in self._idle:
            self._idle.remove(connection)
            self._open -= 1
            self._wake(None)

    def _wake(self, connection: PreparedConnection | None) -> bool:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return True
        return False

    async def _wait(self) -> PreparedConnection | None:
        """A released connection, or None when there is room for a new one."""
        waiter: asyncio.Future[PreparedConnection | None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                given = waiter.result()
                if given is None:
                    self._wake(None)
                else:
                    self.release(given)
            raise

    async def _connect(self) -> PreparedConnection:
        self._open += 1
        try:
            connection = await PreparedConnection.connect(
                self._dsn,
                server_settings={
                    "application_name": "chatbench",
                    "statement_timeout": f"{_TIMEOUT_S}s",
                    "idle_in_transaction_session_timeout": f"{_TIMEOUT_S}s",
                    **self._settings,
                },
            )
        except BaseException as problem:
            self._open -= 1
            self._wake(None)
            if isinstance(problem, (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
                raise Unavailable(
                    f"PostgreSQL cannot be reached: {problem}. Check the DSN and the server."
                ) from problem
            raise
        connection.add_termination_listener(self._drop)  # type: ignore[arg-type] # the stubs know no subclass
        return connection


async def _roll_back(connection: PreparedConnection) -> None:
    """Without a rollback the connection is of no use; the problem that led here is the one to tell."""
    try:
        await connection.execute("ROLLBACK")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        connection.terminate()
    except BaseException:
        connection.terminate()
        raise


def _raise_unavailable(problem: Exception, connection: PreparedConnection) -> None:
    """Raises Unavailable if a later retry may not meet this problem."""
    lost = isinstance(problem, asyncpg.InterfaceError) and connection.is_closed()
    if lost or isinstance(problem, _PASSING):
        raise Unavailable(
            f"PostgreSQL broke off: {problem}. What was asked may not have happened; try again."
        ) from problem
