"""Snapshots: the template database of one (dataset, variant), built once, sealed, cloned for each trial."""

import hashlib
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from datasets.manifest import Manifest
from harness.errors import HarnessError
from harness.seeding.building import Progress, Server, built, names_of
from harness.seeding.databases import Mark, create_database, drop_database, list_databases, mark_database, seal
from harness.seeding.sharded_copy import shard_name
from harness.stack.limits import limits_of
from reference_server.errors import VariantError
from reference_server.foreign import shard_variant, takes_writes
from reference_server.variant import Variant

#: Of a combination's name in its database's, which PostgreSQL cuts at 63 bytes; the fingerprint tells the rest apart.
_NAME_LETTERS = 26
#: Of the dataset's name, for the same reason.
_DATASET_LETTERS = 11


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """A sealed template."""

    database: str
    variant: str
    #: Which build of the same content it is: the A/A lane has one of its own.
    build: str
    fingerprint: str
    build_s: float | None
    database_bytes: int | None
    #: Slot of a statement → its queryid.
    queryids: dict[str, int]
    #: The templates beside the first: database and queryids of each.
    shards: list[dict[str, Any]] = field(default_factory=list)
    #: Its last messages went through live indexes.
    aged: bool = False


def no_snapshot(variant: str) -> Snapshot:
    """For somebody else's server: its database is not ours to build."""
    return Snapshot(
        database="", variant=variant, build="", fingerprint="", build_s=None, database_bytes=None, queryids={}
    )


async def ensure_snapshot(
    server: Server,
    variant: Variant,
    manifest: Manifest,
    folder: Path,
    *,
    build: str,
    progress: Progress,
    aged: bool = False,
) -> Snapshot:
    """The snapshot, kept from an earlier run when data and variant are the same, or built now."""
    if aged:
        _require_writes(variant)
        _require_the_chats_names(variant)
    parts = (manifest.fingerprint, variant.fingerprint, build, *_of_shards(variant), *(("aged",) if aged else ()))
    parts = (*parts, *await _without(server))
    fingerprint = hashlib.sha256(":".join(parts).encode()).hexdigest()[:12]
    data = manifest.dataset.name[:_DATASET_LETTERS]
    name = f"chatbench_{data}_{variant.name[:_NAME_LETTERS]}_{build}_{fingerprint}".replace("+", "_")
    for kept in await list_databases(server.admin_dsn):
        if kept.name == name:
            facts = kept.mark.facts
            if facts.get("ready"):
                return Snapshot(**{key: value for key, value in facts.items() if key != "ready"})
            await drop_database(server.admin_dsn, name)  # an interrupted build
    for number in range(1, variant.topology.shards + 1):
        await drop_database(server.admin_dsn, shard_name(name, number))
    await create_database(server.admin_dsn, name, Mark(role="snapshot", facts={"ready": False}))
    started = time.perf_counter()
    try:
        queryids, shards = await built(server, name, variant, manifest, folder, progress, aged=aged)
    except (VariantError, asyncpg.PostgresError):
        # the next attempt has other SQL, and so another name
        await drop_database(server.admin_dsn, name)
        raise
    snapshot = Snapshot(
        database=name,
        variant=variant.name,
        build=build,
        fingerprint=fingerprint,
        build_s=time.perf_counter() - started,
        database_bytes=sum([await _database_bytes(server.dsn(each)) for each in (name, *names_of(shards))]),
        queryids=queryids,
        shards=shards,
        aged=aged,
    )
    await mark_database(server.admin_dsn, name, Mark(role="snapshot", facts={"ready": True, **asdict(snapshot)}))
    for each in (name, *names_of(shards)):
        await seal(server.admin_dsn, each)
    return snapshot


async def _without(server: Server) -> list[str]:
    """Extensions that a snapshot built now lacks: once they are to be had, another is built."""
    connection = await asyncpg.connect(server.admin_dsn)
    try:
        found = {limit.name for limit in await limits_of(connection)}
    finally:
        await connection.close()
    return [f"without {extension}" for extension in ("pg_stat_statements", "pg_prewarm") if extension in found]


def _require_writes(variant: Variant) -> None:
    if not takes_writes(variant):
        raise HarnessError(
            f"{variant.name} takes no writes, so its snapshot cannot be aged and nothing was measured. Compare it on "
            "fresh snapshots, without --aged."
        )


def _require_the_chats_names(variant: Variant) -> None:
    if not variant.names.all_as_in_the_chat:
        raise HarnessError(
            f"{variant.name} has names of its own for tables or columns, which ageing does not know, so nothing was "
            "measured. Compare it on fresh snapshots, without --aged."
        )


def _of_shards(variant: Variant) -> tuple[str, ...]:
    """What shards are built by, where that is not the variant's own."""
    return () if takes_writes(variant) else (shard_variant(variant).fingerprint,)


async def _database_bytes(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        size: int = await connection.fetchval("SELECT pg_database_size(current_database())")
        return size
    finally:
        await connection.close()
