"""Building: from Parquet files to a template's tables, keys and indexes, in one database or over shards."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import asyncpg

from datasets.load import copy_table
from datasets.manifest import Manifest
from datasets.message_ids import MessageIds
from harness.seeding.aging import bring_back, put_aside
from harness.seeding.databases import Mark, create_database
from harness.seeding.foreign import SHARD_DATABASES, remote_query_ids
from harness.seeding.own_tables import TABLES, check_tables, columns_into
from harness.seeding.rehearsal import rehearse
from harness.seeding.sharded_copy import copy_part, shard_name
from reference_server import schema
from reference_server.foreign import FLUSH_VIEW, shard_variant, takes_writes
from reference_server.sql_errors import refused
from reference_server.statements import query_ids
from reference_server.variant import SqlFile, Variant
from reference_server.variant_folders import FILE

#: Told (rows copied, or 0) with what is being done.
Progress = Callable[[str, int], None]
_EXTENSIONS = ("pg_stat_statements", "pg_prewarm", "pg_walinspect")
_NOT_TO_BE_HAD = (asyncpg.InsufficientPrivilegeError, asyncpg.FeatureNotSupportedError, asyncpg.UndefinedFileError)
_INDEX_BUILDERS = 2


class Server(Protocol):
    """The part of a stack's PostgreSQL that snapshots need."""

    @property
    def admin_dsn(self) -> str: ...
    def dsn(self, database: str) -> str: ...


async def built(
    server: Server, name: str, variant: Variant, manifest: Manifest, folder: Path, progress: Progress, *, aged: bool
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Queryids, and the shards beside the first database."""
    if not takes_writes(variant):
        return await _build_foreign(server, name, variant, manifest, folder, progress)
    if variant.file.name == FILE:
        await _with(server.dsn(name), lambda connection: rehearse(connection, variant))
    shards = await _build_shards(server, name, variant, manifest, folder, progress, aged=aged)
    return await _build(server.dsn(name), variant, manifest, folder, progress, aged=aged), shards


def names_of(shards: list[dict[str, Any]]) -> list[str]:
    return [shard["database"] for shard in shards]


async def _build_shards(
    server: Server, name: str, variant: Variant, manifest: Manifest, folder: Path, progress: Progress, *, aged: bool
) -> list[dict[str, Any]]:
    """The databases beside the first, each with the same schema and the conversations of its own."""
    shards = []
    for number in range(1, variant.topology.shards):
        database = shard_name(name, number)
        await create_database(server.admin_dsn, database, Mark(role="snapshot", facts={"shard_of": name}))
        queryids = await _build(server.dsn(database), variant, manifest, folder, progress, shard=number, aged=aged)
        shards.append({"database": database, "queryids": queryids})
    return shards


async def _build_foreign(
    server: Server, name: str, variant: Variant, manifest: Manifest, folder: Path, progress: Progress
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Shards with bare tables, which the main database's COPY fills through its foreign partitions; then their keys."""
    part, names = shard_variant(variant), [shard_name(name, 1 + n) for n in range(variant.topology.shards)]
    for database in names:
        await create_database(server.admin_dsn, database, Mark(role="snapshot", facts={"shard_of": name}))
        await _with(server.dsn(database), lambda shard: _run_all(shard, schema.before_load(part), progress))
        await _with(server.dsn(database), lambda shard: shard.execute(FLUSH_VIEW))
    queryids = await _build(server.dsn(name), variant, manifest, folder, progress, foreign=names)
    for database in names:
        await _with(server.dsn(database), lambda shard: _run_all(shard, schema.keys(part), progress))
        await _build_side_by_side(server.dsn(database), schema.indexes(part), progress)
        await _with(server.dsn(database), lambda shard: _run_all(shard, schema.after_load(part), progress))
        await _with(server.dsn(database), lambda shard: _finish(shard, progress))
    # the planner knows a foreign table by its sample alone
    await _with(server.dsn(name), lambda main: main.execute("ANALYZE messages"))
    asked = [await remote_query_ids(server.dsn(name), server.dsn(database), variant) for database in names]
    return queryids, [{"database": n, "queryids": ids} for n, ids in zip(names, asked, strict=True)]


async def _with(dsn: str, do: Callable[[Any], Awaitable[Any]]) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await do(connection)
    finally:
        await connection.close()


async def _build(
    dsn: str,
    variant: Variant,
    manifest: Manifest,
    folder: Path,
    progress: Progress,
    *,
    shard: int = 0,
    foreign: Sequence[str] = (),
    aged: bool = False,
) -> dict[str, int]:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT set_config($1, $2, false)", SHARD_DATABASES, ",".join(foreign))
        await _create_tables(connection, variant, manifest)
        if not foreign:
            await check_tables(connection, variant)
        for table in TABLES:
            # one connection: two would interleave batches, and the heap's order would differ from build to build
            shown = partial(progress, f"copy {table}")
            ids = MessageIds(variant.identifiers.messages)
            if variant.topology.routing == "application":
                shards = variant.topology.shards
                await copy_part(connection, table, folder, shown, shard=shard, shards=shards, message_ids=ids)
            else:
                await copy_table(
                    connection,
                    table,
                    folder,
                    shown,
                    as_table=variant.names.table(table),
                    message_ids=ids,
                    into=columns_into(variant, table),
                )
        await _run_all(connection, [*schema.keys(variant), *schema.derived(variant)], progress)
        if aged:
            await put_aside(connection)
        await _build_side_by_side(dsn, schema.indexes(variant), progress)
        if aged:
            await bring_back(connection, progress)
        await _run_all(connection, schema.after_load(variant), progress)
        await _finish(connection, progress, aged=aged)
        return {slot: queryid for queryid, slot in (await query_ids(connection, variant)).items()}
    finally:
        await connection.close()


async def _finish(connection: Any, progress: Progress, *, aged: bool = False) -> None:
    progress("vacuum", 0)
    for extension in _EXTENSIONS:
        # limits_of has told what is missing without it
        with contextlib.suppress(*_NOT_TO_BE_HAD):
            await connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    # an aged one is vacuumed as in production, where rows freeze when they are old
    await connection.execute("VACUUM (ANALYZE)" if aged else "VACUUM (FREEZE, ANALYZE)")


async def _create_tables(connection: Any, variant: Variant, manifest: Manifest) -> None:
    dataset = manifest.dataset
    last_day = (dataset.as_of - timedelta(days=1)).date()
    await connection.execute(
        "SELECT set_config('chatbench.data_from', $1, false), set_config('chatbench.data_to', $2, false)",
        dataset.started_at.date().isoformat(),
        last_day.isoformat(),
    )
    for file in schema.before_load(variant):
        await _execute(connection, file)


async def _run_all(connection: Any, files: list[SqlFile], progress: Progress) -> None:
    for file in files:
        progress(file.name, 0)
        await _execute(connection, file)


async def _execute(connection: Any, file: SqlFile) -> None:
    try:
        await connection.execute(file.text)
    except asyncpg.PostgresError as problem:
        raise refused(file, problem, so="so the schema was not built") from problem


async def _build_side_by_side(dsn: str, files: list[SqlFile], progress: Progress) -> None:
    """Index builds share a table's lock with each other, so two run at a time."""
    waiting = list(reversed(files))

    async def builder() -> None:
        connection = await asyncpg.connect(dsn)
        try:
            while waiting:
                file = waiting.pop()
                progress(file.name, 0)
                await _execute(connection, file)
        finally:
            await connection.close()

    await asyncio.gather(*(builder() for _ in range(_INDEX_BUILDERS)))
