"""Foreign: the main database's servers point at its own shards, and its statements are known by what they ask there."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from reference_server.variant import Variant

#: What foreign_by_hash_4.sql reads.
SHARD_DATABASES = "chatbench.shard_databases"
#: The statement that points a server at a database of this very PostgreSQL, found as foreign_by_hash_4.sql finds it.
_POINT = """
SELECT format(
    'ALTER SERVER %I OPTIONS (SET host %L, SET port %L, SET dbname %L)',
    $1::text,
    coalesce(nullif(trim(split_part(current_setting('unix_socket_directories'), ',', 1)), ''), 'localhost'),
    current_setting('port'),
    $2::text
)
"""
_REMOTE = re.compile(r"Remote SQL: (.+)")
_QUERY_ID = re.compile(r"Query Identifier: (-?\d+)")
_VALUES: Mapping[str, str] = {
    "uuid": f"'{UUID(int=0)}'",
    "uuid[]": f"'{{{UUID(int=0)}}}'",
    "timestamptz": "'2000-01-01'",
    "timestamptz[]": "'{2000-01-01}'",
    "int4": "1",
    "int8": "1",
}
#: A plan of its own for each call has the call's values in its remote SQL, one for all calls has parameters.
_PLANS = ("force_custom_plan", "force_generic_plan")
_MARK = " in a shard, as "


async def point_at(dsn: str, databases: Sequence[str]) -> None:
    """A clone's foreign servers are its own shards: a template's are sealed, and their socket is an earlier start's."""
    connection = await asyncpg.connect(dsn)
    try:
        for number, database in enumerate(databases):
            await connection.execute(await connection.fetchval(_POINT, f"shard_{number}", database))
    finally:
        await connection.close()


async def remote_query_ids(main_dsn: str, shard_dsn: str, variant: Variant) -> dict[str, int]:
    """Of each statement that reads messages: by which query id a shard counts what it is asked."""
    main, shard = await asyncpg.connect(main_dsn), await asyncpg.connect(shard_dsn)
    try:
        # a statement that is sorted here or there, by the rows that the planner expects, is two statements there
        await main.execute("SET enable_sort = off")
        found: dict[int, str] = {}
        for slot, sql in variant.queries.items():
            for mode in _PLANS:
                await main.execute(f"SET plan_cache_mode = {mode}")
                for remote in await _remote_statements(main, sql.text):
                    for asked in (remote, remote.partition(" ORDER BY ")[0]):
                        found.setdefault(await _query_id(shard, asked), slot)
        return {f"{slot}{_MARK}{number}": queryid for number, (queryid, slot) in enumerate(found.items())}
    finally:
        await main.close()
        await shard.close()


def slot_of(name: str) -> str:
    """The slot of a name that remote_query_ids gave."""
    return name.partition(_MARK)[0]


async def _remote_statements(main: asyncpg.Connection, sql: str) -> list[str]:
    parameters = (await main.prepare(sql)).get_parameters()
    await main.execute(f"PREPARE asked AS {sql}")
    values = ", ".join(_value(parameter) for parameter in parameters)
    try:
        plan = await main.fetch(f"EXPLAIN (VERBOSE) EXECUTE asked ({values})")
    finally:
        await main.execute("DEALLOCATE asked")
    return sorted({match[1] for row in plan if (match := _REMOTE.search(row[0]))})


def _value(parameter: Any) -> str:
    return _VALUES.get(parameter.name, "'text'")


async def _query_id(shard: asyncpg.Connection, remote: str) -> int:
    parameters = (await shard.prepare(remote)).get_parameters()
    plan = await shard.fetch(f"EXPLAIN (VERBOSE) {remote}", *[None] * len(parameters))
    return int(_QUERY_ID.findall("\n".join(row[0] for row in plan))[0])
