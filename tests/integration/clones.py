"""Clones of snapshots that a test builds for itself; both are gone afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from datasets.manifest import Manifest
from harness.seeding.databases import Mark, clone_database, drop_database
from harness.seeding.snapshots import Snapshot, ensure_snapshot
from reference_server.variant import Variant
from tests.integration.conftest import Servers


@asynccontextmanager
async def cloned(
    servers: Servers, variant: Variant, manifest: Manifest, folder: Path, *, build: str
) -> AsyncIterator[tuple[Snapshot, str]]:
    """The snapshot, of a build that no other test has, and the name of its clone."""
    postgres, clone = servers.stack.postgres, f"test_{uuid4().hex}"
    made = await ensure_snapshot(postgres, variant, manifest, folder, build=build, progress=lambda _doing, _rows: None)
    await clone_database(servers.admin_dsn, made.database, clone, Mark(role="test"))
    try:
        yield made, clone
    finally:
        await drop_database(servers.admin_dsn, clone)
        for database in [made.database, *(shard["database"] for shard in made.shards)]:
            await drop_database(servers.admin_dsn, database)
