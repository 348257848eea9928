"""Databases that chatbench makes carry its mark, and no other is written to, sealed or dropped.

The mark is the database's comment: `chatbench:` and JSON. COMMENT, CREATE and DROP DATABASE take no parameters, hence
the quoting here.
"""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from harness.stack.errors import DatabaseFailed, NotOurs

_PREFIX = "chatbench:"
#: An identifier's limit in bytes; PostgreSQL would cut a longer one silently.
_NAME_BYTES = 63
_LIST = """
SELECT datname AS name, datallowconn AS open, shobj_description(oid, 'pg_database') AS comment
FROM pg_database WHERE NOT datistemplate ORDER BY datname
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What a database of ours is."""

    #: snapshot, trial, serve, test
    role: str
    #: Whatever its maker wants to know again; JSON values.
    facts: dict[str, Any] = field(default_factory=dict)

    def comment(self) -> str:
        return _PREFIX + json.dumps({"role": self.role, "facts": self.facts}, sort_keys=True)

    @classmethod
    def read(cls, comment: str | None) -> "Mark | None":
        """None where the comment is not a mark."""
        if not comment or not comment.startswith(_PREFIX):
            return None
        try:
            content = json.loads(comment.removeprefix(_PREFIX))
            return cls(role=str(content["role"]), facts=dict(content["facts"]))
        except (ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkedDatabase:
    """A database of ours."""

    name: str
    mark: Mark
    #: Nobody can connect.
    sealed: bool


async def create_database(admin_dsn: str, name: str, mark: Mark) -> None:
    """A new empty database."""
    async with _administering(admin_dsn) as connection:
        await _create(connection, name, mark, f"CREATE DATABASE {quoted(name)} TEMPLATE template0 ENCODING 'UTF8'")


async def clone_database(admin_dsn: str, template: str, name: str, mark: Mark) -> None:
    """A copy, file by file, of a database of ours to which nobody is connected."""
    async with _administering(admin_dsn) as connection:
        if not await _mark_of(connection, template):
            raise DatabaseFailed(f"Database {template} is not there, so it cannot be cloned. Build the snapshot first.")
        statement = f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(template)} STRATEGY FILE_COPY"
        await _create(connection, name, mark, statement)


async def mark_database(admin_dsn: str, name: str, mark: Mark) -> None:
    """Replace the mark of a database of ours."""
    async with _administering(admin_dsn) as connection:
        await _require(connection, name)
        await _comment(connection, name, mark)


async def seal(admin_dsn: str, name: str) -> None:
    """End its sessions and let nobody connect again: an open session would make a clone fail."""
    async with _administering(admin_dsn) as connection:
        await _require(connection, name)
        await connection.execute(f"ALTER DATABASE {quoted(name)} ALLOW_CONNECTIONS false")
        # an autovacuum worker is nobody's to end but a superuser's; cloning makes it stop by itself
        await connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = $1 AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
            name,
        )


async def drop_database(admin_dsn: str, name: str) -> None:
    """Drop a database of ours, sessions included; one that is not there is fine."""
    async with _administering(admin_dsn) as connection:
        if await _mark_of(connection, name):
            await _drop(connection, name)


async def list_databases(admin_dsn: str) -> list[MarkedDatabase]:
    """Ours only."""
    async with _administering(admin_dsn) as connection:
        rows = await connection.fetch(_LIST)
    return [
        MarkedDatabase(name=row["name"], mark=mark, sealed=not row["open"])
        for row in rows
        if (mark := Mark.read(row["comment"]))
    ]


async def drop_all(admin_dsn: str, *, roles: Iterable[str] | None = None) -> list[str]:
    """Drop ours, or those in the given roles. Returns their names."""
    wanted = None if roles is None else frozenset(roles)
    names = [found.name for found in await list_databases(admin_dsn) if wanted is None or found.mark.role in wanted]
    for name in names:
        await drop_database(admin_dsn, name)
    return names


def quoted(name: str) -> str:
    """The name as an identifier."""
    if not name or "\0" in name or len(name.encode()) > _NAME_BYTES:
        raise DatabaseFailed(
            f"{name!r} cannot be a database's name: it needs 1 to {_NAME_BYTES} bytes. Nothing was changed. "
            "Choose a shorter variant or dataset name."
        )
    return '"' + name.replace('"', '""') + '"'


async def _create(connection: asyncpg.Connection, name: str, mark: Mark, statement: str) -> None:
    """CREATE DATABASE runs in no transaction, so a failure before the mark is undone by hand."""
    try:
        await connection.execute(statement)
    except asyncpg.DuplicateDatabaseError:
        raise DatabaseFailed(
            f"Database {name} exists already. Nothing was changed. `chatbench clean` drops what chatbench made."
        ) from None
    except (asyncpg.ObjectInUseError, asyncpg.InsufficientPrivilegeError, asyncpg.DiskFullError) as error:
        raise DatabaseFailed(
            f"Database {name} could not be made: {error}. Nothing else was changed. "
            "Free the disk, close sessions on the snapshot, or give the user CREATEDB."
        ) from error
    try:
        await _comment(connection, name, mark)
    except BaseException:
        await _drop(connection, name)
        raise


async def _drop(connection: asyncpg.Connection, name: str) -> None:
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
    except asyncpg.InsufficientPrivilegeError:
        # an autovacuum worker was there, which only a superuser may end; without FORCE it is asked to stop
        await connection.execute(f"DROP DATABASE IF EXISTS {quoted(name)}")


async def mark_new(connection: asyncpg.Connection, name: str, mark: Mark) -> None:
    """Mark a database that the caller has just made in another way than create_database and clone_database."""
    await _comment(connection, name, mark)


async def _comment(connection: asyncpg.Connection, name: str, mark: Mark) -> None:
    text = await connection.fetchval("SELECT quote_literal($1::text)", mark.comment())
    await connection.execute(f"COMMENT ON DATABASE {quoted(name)} IS {text}")


async def _require(connection: asyncpg.Connection, name: str) -> None:
    if not await _mark_of(connection, name):
        raise DatabaseFailed(f"Database {name} is not there. Nothing was changed. Build it first.")


async def _mark_of(connection: asyncpg.Connection, name: str) -> Mark | None:
    """None when there is no such database; refuses one that is not ours."""
    row = await connection.fetchrow(
        "SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = $1", name
    )
    if row is None:
        return None
    mark = Mark.read(row["comment"])
    if mark is None:
        raise NotOurs(
            f"Database {name} does not carry chatbench's mark, so it is somebody else's. Nothing was changed. "
            "Choose another name, or drop it yourself if nobody needs it."
        )
    return mark


@asynccontextmanager
async def _administering(admin_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(admin_dsn)
    try:
        yield connection
    finally:
        await connection.close()
