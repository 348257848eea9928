"""Runs a sweep on a fresh clone of a variant's snapshot, with Redis empty."""

import secrets
from collections.abc import Callable
from typing import Any

from datasets.shape import Dataset
from harness.seeding.databases import Mark, clone_database, drop_database
from harness.seeding.snapshots import Snapshot
from harness.stack.stack import Stack
from harness.sweep.world import Sweep, World
from harness.trial.beside import cloned_shards
from reference_server.opening import open_chat
from reference_server.variant import load_variant

_CONNECTIONS = 4


async def run_sweep(
    stack: Stack, sweep: Sweep, lane: str, snapshot: Snapshot, dataset: Dataset, *, progress: Callable[[str], None]
) -> dict[str, Any]:
    """The record of one lane's sweep, in the form of sweeps.jsonl."""
    clone = f"chatbench_sweep_{secrets.token_hex(4)}"
    mark = Mark(role="trial", facts={"sweep": sweep.name})
    await clone_database(stack.postgres.admin_dsn, snapshot.database, clone, mark)
    try:
        await stack.empty_redis()
        points = []
        dsn, redis = stack.postgres.dsn(clone), stack.redis.url(0)
        variant = load_variant(snapshot.variant)
        async with (
            cloned_shards(stack, variant, snapshot, clone) as shards,
            open_chat(dsn, redis, variant, connections=_CONNECTIONS, shards=shards) as chat,
        ):
            world = World(chat=chat, dsn=dsn, redis=redis, dataset=dataset, queryids=snapshot.queryids)
            async for point in sweep.points(world):
                progress(f"{lane}: {point.operation} at {point.size:,}")
                points.append(point.as_dict())
        return {"sweep": sweep.name, "axis": sweep.axis, "lane": lane, "variant": snapshot.variant, "points": points}
    finally:
        await drop_database(stack.postgres.admin_dsn, clone)
