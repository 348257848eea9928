"""Running a trial: clone → prewarm → CHECKPOINT → warm-up → window; a record, void where it went wrong."""

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.conditions import WITHOUT_WARMUP
from harness.errors import HarnessError
from harness.experiment import MAINTENANCE
from harness.seeding.databases import drop_database
from harness.stack.stack import Stack
from harness.trial.beside import beside
from harness.trial.durability import durable
from harness.trial.ground import Ground
from harness.trial.headless import Headless
from harness.trial.plan import TrialPlan, heading_of
from harness.trial.voiding import why_void
from harness.trial.window import Comes, Measurement, measure
from reference_server.variant import load_variant

_TOLD = (
    *("operations", "seconds", "deliveries", "own_writes", "generator", "machine", "cache", "unrecorded"),
    *("durability", "topology"),
)
_NOTHING: dict[str, Any] = {
    **dict.fromkeys((*_TOLD, "evidence")),
    "operations": {},
    "seconds": [],
    "unrecorded": {},
}


async def run_trial(stack: Stack, plan: TrialPlan, *, scratch: Path, logs: Path) -> dict[str, Any]:
    """Measure and return the trial's record; a trial that went wrong comes back void, with the reason."""
    plan = _as_conditions_want(plan)
    heading = heading_of(plan)
    ground = Ground(
        stack=stack,
        plan=plan,
        clone=f"chatbench_trial_{secrets.token_hex(4)}",
        scratch=scratch,
        log=logs / f"{plan.trial}.log",
    )
    try:
        return await record_of(ground, Headless())
    except HarnessError as error:
        return heading | {"void": str(error), "steps_s": ground.steps, **_NOTHING}


async def record_of(ground: Ground, comes: Comes) -> dict[str, Any]:
    """Measure and return the record; the clone is gone afterwards, whatever happened."""
    plan = ground.plan
    record = heading_of(plan)
    try:
        outcome, evidence = await _measure(ground, comes)
    finally:
        if not plan.load.is_remote:
            await drop_database(ground.stack.postgres.admin_dsn, ground.clone)
    record |= {key: outcome.get(key) for key in _TOLD}
    if plan.load.name == MAINTENANCE:  # stalls are what it is about, so none makes it void
        told = {"maintenance": outcome["maintenance"], "evidence": None, "void": None}
    else:
        closed = plan.load.arrivals == "closed"
        void = why_void(outcome, evidence, closed_loop=closed, rules=plan.conditions.void)
        told = {"evidence": evidence, "void": void}
    return record | told | {"steps_s": ground.steps}


async def _measure(ground: Ground, comes: Comes) -> Measurement:
    """Measure with whatever the variant needs beside its clone."""
    if ground.plan.load.is_remote:
        outcome, evidence = await measure(ground, comes)
        return outcome | {"durability": None, "topology": None}, evidence
    variant = load_variant(ground.plan.snapshot.variant)
    snapshot = ground.plan.snapshot
    async with (
        durable(ground.stack, variant) as durability,
        beside(ground.stack, variant, snapshot, ground.clone) as others,
    ):
        outcome, evidence = await measure(replace(ground, others=others), comes)
        return outcome | {"durability": durability, "topology": others.record()}, evidence


def _as_conditions_want(plan: TrialPlan) -> TrialPlan:
    if plan.conditions.cache_regime in WITHOUT_WARMUP:
        plan = replace(plan, load=replace(plan.load, warmup_s=0.0))
    # plans would be those of one shard, asked about rows of another
    return replace(plan, examiner=None) if plan.snapshot.shards else plan
