"""Limits: what a PostgreSQL does not let its user do or see, what a run then lacks, and how to get it."""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any

import asyncpg

_STATEMENTS, _PREWARM, _WAL = "pg_stat_statements", "pg_prewarm", "pg_walinspect"
_BLOCK_INFO_SINCE = 16
#: Whether the user can create the extension in a database of theirs, as far as the catalog tells.
_CREATABLE = """
SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR v.trusted OR NOT v.superuser
FROM pg_available_extensions e
JOIN pg_available_extension_versions v ON v.name = e.name AND v.version = e.default_version
WHERE e.name = $1
"""
#: Placeholders of modules that are not loaded are not listed.
_LOADED = "SELECT EXISTS (SELECT 1 FROM pg_settings WHERE name = 'pg_stat_statements.max')"
_INSTALLED_HERE = "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements')"
_CHECKPOINT = (
    "SELECT rolsuper OR pg_has_role(current_user, 'pg_checkpoint', 'USAGE') FROM pg_roles WHERE rolname = current_user"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """One thing that is not to be had."""

    #: pg_stat_statements, pg_prewarm, pg_walinspect, CHECKPOINT
    name: str
    #: What was found.
    seen: str
    #: What a run lacks because of it.
    lacks: str
    remedy: str

    @property
    def sentence(self) -> str:
        return f"{self.name}: {self.seen}, so {self.lacks}. {self.remedy}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


async def limits_of(connection: asyncpg.Connection) -> list[Limit]:
    """On a connection to the database that the user gave; nothing is changed."""
    return [limit async for limit in _limits(connection)]


async def _limits(connection: asyncpg.Connection) -> AsyncIterator[Limit]:
    if (seen := await _no_statements(connection)) is not None:
        lacks = "time, blocks and WAL of single operations are missing; clocks, sizes, scans and plans are there"
        yield Limit(name=_STATEMENTS, seen=seen[0], lacks=lacks, remedy=seen[1])
    if (seen := await _not_creatable(connection, _PREWARM)) is not None:
        lacks = "clones are warmed by reading their tables, and their indexes by the warm-up only"
        yield Limit(name=_PREWARM, seen=seen[0], lacks=lacks, remedy=seen[1])
    if (seen := await _not_creatable(connection, _WAL)) is not None:
        lacks = "WAL is known as a whole, its images and its parts by index are missing"
        yield Limit(name=_WAL, seen=seen[0], lacks=lacks, remedy=seen[1])
    elif connection.get_server_version().major < _BLOCK_INFO_SINCE:
        lacks = "WAL by table and index is missing"
        yield Limit(name=_WAL, seen="before PostgreSQL 16", lacks=lacks, remedy="Use 16 or newer if it matters.")
    if not await connection.fetchval(_CHECKPOINT):
        lacks = "a checkpoint may fall into a window and void its trial, and images in the WAL differ more"
        remedy = "As a superuser: GRANT pg_checkpoint TO … ."
        yield Limit(name="CHECKPOINT", seen="not allowed", lacks=lacks, remedy=remedy)


async def _no_statements(connection: asyncpg.Connection) -> tuple[str, str] | None:
    """(what was found, what to do); None where statements are counted and can be read."""
    if not await connection.fetchval(_LOADED):
        remedy = f"Set shared_preload_libraries = '{_STATEMENTS}' and restart the server."
        return "not loaded", remedy
    if await connection.fetchval("SHOW compute_query_id") == "off":
        return "compute_query_id is off", "Set compute_query_id = auto."
    # one database's view tells of all
    return None if await connection.fetchval(_INSTALLED_HERE) else await _not_creatable(connection, _STATEMENTS)


async def _not_creatable(connection: asyncpg.Connection, extension: str) -> tuple[str, str] | None:
    creatable = await connection.fetchval(_CREATABLE, extension)
    if creatable is None:
        return "not installed", "Install the server's contrib package (on Debian it is part of postgresql-NN)."
    if creatable:
        return None
    if extension == _STATEMENTS:
        remedy = f"As a superuser, in the database of --postgres: CREATE EXTENSION {extension}."
        return "only a superuser can create it", remedy
    return "only a superuser can create it", "Use a superuser on a test server if it matters."
