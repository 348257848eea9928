"""Warming: a database's pages into memory and onto the disk before a window, as far as the server lets its user."""

import asyncpg

_PREWARM = (
    "SELECT pg_prewarm(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'i', 't')"
)
_TABLES = (
    "SELECT quote_ident(c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'public' AND c.relkind = 'r'"
)


async def prewarm(connection: asyncpg.Connection) -> str | None:
    """Tables, indexes and TOAST into shared_buffers; what was done instead where there is no pg_prewarm."""
    try:
        await connection.execute(_PREWARM)
    except (asyncpg.UndefinedFunctionError, asyncpg.InsufficientPrivilegeError):
        for table in await connection.fetch(_TABLES):
            await connection.execute(f"SELECT count(*) FROM {table['name']}")  # noqa: S608 -- quoted by PostgreSQL
        return "without pg_prewarm: tables were read once, indexes are warmed by the warm-up"
    return None


async def checkpoint(connection: asyncpg.Connection) -> str | None:
    """Everything onto the disk; why not where that is not allowed."""
    try:
        await connection.execute("CHECKPOINT")
    except asyncpg.InsufficientPrivilegeError:
        return "no CHECKPOINT before the window: the user may not"
    return None
