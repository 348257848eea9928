"""What a database holds: per table the number of rows and a checksum that no order of rows changes."""

from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg
from asyncpg import Connection

from harness.seeding.databases import quoted

_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relname
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class TableContent:
    """One table, partitions included."""

    rows: int
    #: Sum of 64-bit hashes of the rows' text, as a decimal number.
    checksum: str


Content = Mapping[str, TableContent]


async def tables_of(connection: Connection) -> list[str]:
    return [row["relname"] for row in await connection.fetch(_TABLES)]


async def content_of(connection: Connection) -> Content:
    """As the connection's snapshot sees it: open a REPEATABLE READ transaction to hold it still."""
    content = {}
    for table in await tables_of(connection):
        [row] = await connection.fetch(
            f"SELECT count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text AS checksum "  # noqa: S608 -- a quoted name
            f"FROM public.{quoted(table)} AS t"
        )
        content[table] = TableContent(rows=row["rows"], checksum=row["checksum"])
    return content


async def content_at(dsn: str) -> Content:
    """Of a database that nobody writes to."""
    connection = await asyncpg.connect(dsn)
    try:
        return await content_of(connection)
    finally:
        await connection.close(timeout=5)


def differences(expected: Content, found: Content) -> list[str]:
    """What is not the same, one sentence each; none where nothing differs."""
    return [
        sentence
        for table in sorted({*expected, *found})
        if (sentence := _difference(table, expected.get(table), found.get(table)))
    ]


def _difference(table: str, expected: TableContent | None, found: TableContent | None) -> str | None:
    if expected is None or found is None:
        return f"{table} is missing {'after' if expected else 'before'} the restore"
    if expected.rows != found.rows:
        return f"{table} had {expected.rows:,} rows and has {found.rows:,}"
    return None if expected == found else f"{table} has its {found.rows:,} rows, but not all with the same values"
