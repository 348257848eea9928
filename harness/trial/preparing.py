"""Preparing a trial: a fresh clone, all on disk, caches as declared, the same for every lane."""

from typing import Any

import asyncpg

from harness.seeding.databases import Mark, clone_database
from harness.trial.cache_regime import enter
from harness.trial.ground import Ground
from harness.trial.redis_fill import fill
from harness.trial.warming import checkpoint, prewarm
from reference_server.variant import load_variant


async def prepare(ground: Ground) -> dict[str, Any]:
    """Every trial starts from the same state. Returns where its pages and keys are, and how they came there."""
    stack, plan = ground.stack, ground.plan
    with ground.timed("clone"):
        mark = Mark(role="trial", facts={"trial": plan.trial})
        await clone_database(stack.postgres.admin_dsn, plan.snapshot.database, ground.clone, mark)
    await _learn(ground)
    limits = await _warm(ground)
    with ground.timed("beside"):
        await ground.others.prepare()
    await stack.empty_redis()
    with ground.timed("cache"):
        redis = await _fill_redis(ground)
        regime = await enter(stack, plan.conditions.cache_regime, ground.clone)
        beside = await ground.others.enter(plan.conditions.cache_regime, ground.clone)
    notes = [note for note in (regime["note"], *limits) if note]
    return regime | {"note": "; ".join(notes) or None, "redis": redis} | ({"replica": beside} if beside else {})


async def _learn(ground: Ground) -> None:
    """The first trial of a snapshot runs each read once; what it touched is warmed and emptied like the rest."""
    examiner, snapshot = ground.plan.examiner, ground.plan.snapshot
    if examiner is None or examiner.knows(snapshot.database):
        return
    with ground.timed("questions"):
        await ground.stack.empty_redis()
        await examiner.learn(ground.dsn, ground.redis, database=snapshot.database, variant=snapshot.variant)


async def _warm(ground: Ground) -> list[str | None]:
    """What the server did not let us do."""
    connection = await asyncpg.connect(ground.dsn)
    try:
        with ground.timed("prewarm"):
            warmed = await prewarm(connection)
        with ground.timed("checkpoint"):
            written = await checkpoint(connection)
        return [warmed, written]
    finally:
        await connection.close()


async def _fill_redis(ground: Ground) -> dict[str, Any]:
    if ground.plan.conditions.redis_state == "cold":
        return {"state": "cold", "reads": 0}
    shards = ground.others.environment.get("CHATBENCH_POSTGRES_SHARDS", "").split()
    variant = load_variant(ground.plan.snapshot.variant)
    return await fill(ground.dsn, ground.redis, variant, ground.plan.dataset, shards=shards)
