"""A trial's testimony: counters before and after the window, and what may be asked only outside it."""

import time
from dataclasses import dataclass
from typing import Any

from harness.evidence import Counters, evidence_between, read_counters, read_wal
from harness.evidence.plan_capture import Hashes
from harness.trial.ground import Ground


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """What was read before the window."""

    counters: Counters
    plans: Hashes
    plans_s: float


async def read_before(ground: Ground) -> Before:
    """Plans first: asking for them is not to count."""
    examiner, database = ground.plan.examiner, ground.plan.snapshot.database
    started = time.perf_counter()
    plans = await examiner.hashes(ground.dsn, database) if examiner else {}
    plans_s = time.perf_counter() - started
    return Before(
        counters=await _counters(ground),
        plans=plans,
        plans_s=plans_s,
    )


async def _counters(ground: Ground) -> Counters:
    return await read_counters(ground.dsn, ground.redis, admin_dsn=ground.stack.postgres.admin_dsn)


async def differences_since(before: Before, ground: Ground) -> dict[str, Any]:
    """The window's evidence."""
    with ground.timed("counters"):
        after = await _counters(ground)
        wal = await read_wal(ground.dsn, before.counters.database["wal_position"], after.database["wal_position"])
        return evidence_between(before.counters, after, ground.plan.snapshot.queryids, wal=wal)


async def asked_after(before: Before, ground: Ground) -> dict[str, Any]:
    """Plans again, and once for each lane everything else that changes its clone."""
    examiner, database = ground.plan.examiner, ground.plan.snapshot.database
    if examiner is None:
        return {}
    with ground.timed("plans"):
        started = time.perf_counter()
        plans = await examiner.hashes(ground.dsn, database)
        added_s = before.plans_s + time.perf_counter() - started
    found = {"plans": examiner.plans(database, before.plans, plans, added_s)}
    if not examiner.wants(ground.plan.lane):
        return found
    with ground.timed("examination"):
        variant, lane = ground.plan.snapshot.variant, ground.plan.lane
        examined = await examiner.examine(ground.dsn, ground.redis, database=database, variant=variant, lane=lane)
    return found | {"examination": examined}
