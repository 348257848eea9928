"""Databases that chatbench creates carry a mark; any other is neither written to nor dropped."""

import json
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from harness.stack.errors import EnvironmentFailed, ForeignDatabase

_PREFIX = "chatbench:"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What a database is for, kept in its comment, readable without connecting to it."""

    #: snapshot, trial, serve or test.
    role: str
    facts: dict[str, Any] = field(default_factory=dict)

    def encode(self) -> str:
        return _PREFIX + json.dumps({"role": self.role, "facts": self.facts})

    @classmethod
    def decode(cls, comment: str | None) -> "Mark | None":
        if not comment or not comment.startswith(_PREFIX):
            return None
        try:
            content = json.loads(comment.removeprefix(_PREFIX))
            return cls(role=content["role"], facts=content["facts"])
        except (ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkedDatabase:
    """A database that chatbench created."""

    name: str
    mark: Mark


async def list_databases(admin_dsn: str) -> list[MarkedDatabase]:
    """chatbench's own databases."""
    connection = await asyncpg.connect(admin_dsn)
    try:
        rows = await connection.fetch(
            "SELECT datname, shobj_description(oid, 'pg_database') AS comment FROM pg_database ORDER BY datname"
        )
    finally:
        await connection.close()
    marked = ((row["datname"], Mark.decode(row["comment"])) for row in rows)
    return [MarkedDatabase(name=name, mark=mark) for name, mark in marked if mark]


async def create_database(admin_dsn: str, name: str, mark: Mark) -> None:
    """A new, empty, marked database."""
    await _create(admin_dsn, f"CREATE DATABASE {_quote(name)} TEMPLATE template0", name, mark)


async def clone_database(admin_dsn: str, template: str, name: str, mark: Mark) -> None:
    """A copy, file by file: the fastest way, and free of WAL. The template must have no session open."""
    statement = f"CREATE DATABASE {_quote(name)} TEMPLATE {_quote(template)} STRATEGY FILE_COPY"
    await _create(admin_dsn, statement, name, mark)


async def mark_database(admin_dsn: str, name: str, mark: Mark) -> None:
    """Give a marked database another mark. Raises ForeignDatabase."""
    connection = await asyncpg.connect(admin_dsn)
    try:
        await _refuse_foreign(connection, name)
        await connection.execute(f"COMMENT ON DATABASE {_quote(name)} IS {_literal(mark.encode())}")
    finally:
        await connection.close()


async def seal(admin_dsn: str, name: str) -> None:
    """Let nobody connect any more: a template with an open session cannot be cloned."""
    connection = await asyncpg.connect(admin_dsn)
    try:
        await _refuse_foreign(connection, name)
        await connection.execute(f"ALTER DATABASE {_quote(name)} ALLOW_CONNECTIONS false")
    finally:
        await connection.close()


async def drop_database(admin_dsn: str, name: str) -> None:
    """Drop a marked database, ending its sessions; one that is not there is fine. Raises ForeignDatabase."""
    connection = await asyncpg.connect(admin_dsn)
    try:
        if await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            await _refuse_foreign(connection, name)
            await connection.execute(f"DROP DATABASE {_quote(name)} WITH (FORCE)")
    finally:
        await connection.close()


async def _create(admin_dsn: str, statement: str, name: str, mark: Mark) -> None:
    connection = await asyncpg.connect(admin_dsn)
    try:
        await connection.execute(statement)
        await connection.execute(f"COMMENT ON DATABASE {_quote(name)} IS {_literal(mark.encode())}")
    except asyncpg.DuplicateDatabaseError:
        raise ForeignDatabase(
            f"A database {name!r} exists already, so it was left as it is. Rename it, or use another server."
        ) from None
    except asyncpg.InsufficientPrivilegeError as error:
        raise EnvironmentFailed(
            f"The role may not create databases ({error}), so nothing was measured. Grant it: ALTER ROLE … CREATEDB."
        ) from None
    except asyncpg.DiskFullError as error:
        raise EnvironmentFailed(
            f"The server's disk is full ({error}), so {name!r} was not made. Free some space, or use a smaller dataset."
        ) from None
    finally:
        await connection.close()


async def _refuse_foreign(connection: Any, name: str) -> None:
    comment = await connection.fetchval(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1", name
    )
    if Mark.decode(comment) is None:
        raise ForeignDatabase(
            f"The database {name!r} was not made by chatbench, so it was left as it is. "
            "chatbench creates its own databases; none needs to be named."
        )


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
