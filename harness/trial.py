"""One trial: clone → prewarm → CHECKPOINT → warm-up → quiet → read → window → quiet → read.

The load process starts while the database is cloned; it opens no connection before the gate lets it.
"""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from redis.asyncio import Redis

from datasets.shape import Dataset
from harness.beside import PREWARM, Beside, beside
from harness.cache_regime import enter
from harness.conditions import WITHOUT_WARMUP, Conditions
from harness.cpu_layout import CpuLayout, machine_layout, pin
from harness.databases import Mark, clone_database, drop_database
from harness.durability import durable
from harness.errors import HarnessError
from harness.evidence import Counters, counted_by_target, evidence_between, read_counters, read_wal
from harness.evidence.examiner import Examiner
from harness.evidence.plan_capture import Hashes
from harness.experiment import MAINTENANCE, ScenarioLoad
from harness.gate import open_gate
from harness.load_process import first_of, load_process, locust_command
from harness.maintenance.trial import maintain
from harness.maintenance.work import Measured, told
from harness.redis_fill import fill
from harness.servers import reference_servers
from harness.snapshots import Snapshot
from harness.stack.stack import Stack
from harness.voiding import why_void
from harness.window_watch import WindowWatch
from reference_server.variant import load_variant


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialPlan:
    """What one trial is to measure."""

    trial: str
    round: int
    position: int
    lane: str
    snapshot: Snapshot
    load: ScenarioLoad
    seed: int
    dataset: Dataset
    connections: int
    conditions: Conditions = field(default_factory=Conditions)
    #: Asks about plans around the window; None: only counters are read.
    examiner: Examiner | None = None


async def run_trial(stack: Stack, plan: TrialPlan, *, scratch: Path, logs: Path) -> dict[str, Any]:
    """Measure and return the trial's record; a trial that went wrong comes back void, with the reason."""
    clone = f"chatbench_trial_{secrets.token_hex(4)}"
    steps: dict[str, float] = {}
    if plan.conditions.cache_regime in WITHOUT_WARMUP:
        plan = replace(plan, load=replace(plan.load, warmup_s=0.0))
    record = _heading(plan)
    log = logs / f"{plan.trial}.log"
    try:
        outcome, evidence = await _stand(stack, plan, clone, steps, scratch, log)
    except HarnessError as error:
        return record | {"void": str(error), "steps_s": steps, **_NOTHING}
    finally:
        await drop_database(stack.postgres.admin_dsn, clone)
    kept = ("operations", "seconds", "deliveries", "own_writes", "generator", "machine", "cache", "unrecorded")
    record |= {key: outcome.get(key) for key in kept} | {key: outcome[key] for key in ("durability", "topology")}
    if plan.load.name == MAINTENANCE:  # stalls are what it is about, so none makes it void
        return record | {"maintenance": outcome["maintenance"], "evidence": None, "void": None, "steps_s": steps}
    void = why_void(outcome, evidence, closed_loop=plan.load.arrivals == "closed", rules=plan.conditions.void)
    return record | {"evidence": evidence, "void": void, "steps_s": steps}


_NOTHING: dict[str, Any] = {
    "operations": {},
    "seconds": [],
    "deliveries": None,
    "own_writes": None,
    "durability": None,
    "topology": None,
    "evidence": None,
    "generator": None,
    "machine": None,
    "cache": None,
    "unrecorded": {},
}


async def _stand(
    stack: Stack, plan: TrialPlan, clone: str, steps: dict[str, float], scratch: Path, log: Path
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Measure with whatever the variant needs beside its clone."""
    if plan.load.is_remote:
        outcome, evidence = await _measure(stack, plan, clone, Beside(), steps, scratch, log)
        return outcome | {"durability": None, "topology": None}, evidence
    variant = load_variant(plan.snapshot.variant)
    if plan.snapshot.shards:
        # plans would be those of one shard, asked about rows of another
        plan = replace(plan, examiner=None)
    async with durable(stack, variant) as durability, beside(stack, variant, plan.snapshot, clone) as others:
        outcome, evidence = await _measure(stack, plan, clone, others, steps, scratch, log)
        return outcome | {"durability": durability, "topology": others.record()}, evidence


async def _measure(
    stack: Stack, plan: TrialPlan, clone: str, others: Beside, steps: dict[str, float], scratch: Path, log: Path
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    dsn, redis = stack.postgres.dsn(clone), stack.redis.url(0)
    environment = {
        "CHATBENCH_POSTGRES": dsn,
        "CHATBENCH_REDIS": redis,
        "CHATBENCH_TOKEN_SECRET": _token_secret(plan),
        **others.environment,
    }
    cache: dict[str, Any] | None = None
    layout = machine_layout() if plan.conditions.pin else CpuLayout()
    if plan.load.target == "server":
        # the servers connect as soon as they start, so the clone must stand first
        cache = await _prepare(stack, plan, clone, others, steps)
    async with (
        _target(plan, environment, log) as target,
        open_gate(scratch) as gate,
        load_process(_command(plan, target.address, gate.path), secrets=environment, log=log) as process,
    ):
        with _timed(steps, "start"):
            if plan.load.target == "direct":
                cache = await _prepare(stack, plan, clone, others, steps)
            await first_of(process, log, gate.arrival("started"))
            pin([stack.postgres.pid, stack.redis.pid, others.server_pid, *target.pids], layout.servers)
            pin([process.pid], layout.generator)
            await gate.go()
        with _timed(steps, "warmup"):
            await first_of(process, log, gate.arrival("warm"))
        before = None if plan.load.is_remote or plan.load.name == MAINTENANCE else await _before(plan, dsn, redis)
        early = await others.read()
        watch = WindowWatch(
            postgres=stack.postgres.pid,
            redis=stack.redis.pid,
            generator=process.pid,
            servers=target.pids,
            replica=others.server_pid,
        )
        watch.begin()
        await gate.go()
        with _timed(steps, "window"):
            async with others.watched():
                maintained = await _maintain(stack, plan, clone, process, log)
                arrival = await first_of(process, log, gate.arrival("done"))
        machine = watch.end()
        evidence = await _evidence(plan, dsn, redis, before, steps) if before else None
        evidence = await others.complete(evidence, early) if evidence else None
        if before and evidence:  # the last: it writes into the clone
            counted = counted_by_target(arrival["outcome"].get("counted") or {})
            evidence |= counted | await _asked(plan, dsn, redis, before, steps)
        await gate.go()
        with _timed(steps, "stop"):
            await process.wait()
    if plan.load.name == MAINTENANCE:
        arrival["outcome"]["maintenance"] = told(maintained, arrival["outcome"]["traces"]["send"])
    return arrival["outcome"] | {"machine": machine, "cache": cache}, evidence


async def _maintain(
    stack: Stack, plan: TrialPlan, clone: str, process: asyncio.subprocess.Process, log: Path
) -> list[Measured]:
    """The window of the scenario `maintenance` lasts as long as its jobs; other scenarios have none."""
    if plan.load.name != MAINTENANCE:
        return []
    jobs = maintain(
        stack,
        database=clone,
        variant=plan.snapshot.variant,
        dataset=plan.dataset,
        jobs=plan.load.jobs,
        quiet_s=plan.load.window_s,
    )
    measured = await first_of(process, log, jobs)
    process.send_signal(signal.SIGTERM)
    return measured


@dataclass(frozen=True, kw_only=True, slots=True)
class _Before:
    """What was read before the window."""

    counters: Counters
    plans: Hashes
    plans_s: float


async def _before(plan: TrialPlan, dsn: str, redis: str) -> _Before:
    """Plans first: asking for them is not to count."""
    started = time.perf_counter()
    plans = await plan.examiner.hashes(dsn, plan.snapshot.database) if plan.examiner else {}
    plans_s = time.perf_counter() - started
    return _Before(counters=await read_counters(dsn, redis), plans=plans, plans_s=plans_s)


async def _evidence(plan: TrialPlan, dsn: str, redis: str, before: _Before, steps: dict[str, float]) -> dict[str, Any]:
    with _timed(steps, "counters"):
        after = await read_counters(dsn, redis)
        wal = await read_wal(dsn, before.counters.database["wal_position"], after.database["wal_position"])
        return evidence_between(before.counters, after, plan.snapshot.queryids, wal=wal)


async def _asked(plan: TrialPlan, dsn: str, redis: str, before: _Before, steps: dict[str, float]) -> dict[str, Any]:
    """Plans again, and once for each lane everything else that changes its clone."""
    examiner, database = plan.examiner, plan.snapshot.database
    if examiner is None:
        return {}
    with _timed(steps, "plans"):
        started = time.perf_counter()
        plans = await examiner.hashes(dsn, database)
        added_s = before.plans_s + time.perf_counter() - started
    found = {"plans": examiner.plans(database, before.plans, plans, added_s)}
    if not examiner.wants(plan.lane):
        return found
    with _timed(steps, "examination"):
        variant = plan.snapshot.variant
        examined = await examiner.examine(dsn, redis, database=database, variant=variant, lane=plan.lane)
    return found | {"examination": examined}


def _token_secret(plan: TrialPlan) -> str:
    """Ours for the servers that we start; somebody else's server has its own."""
    if not plan.load.is_remote:
        return secrets.token_urlsafe(32)
    given = os.environ.get("CHATBENCH_TOKEN_SECRET")
    if not given:
        raise HarnessError(
            f"{plan.load.target} signs its tokens with a secret that chatbench does not have, so every call would be "
            "refused. Set CHATBENCH_TOKEN_SECRET to it."
        )
    return given


async def _prepare(
    stack: Stack, plan: TrialPlan, clone: str, others: Beside, steps: dict[str, float]
) -> dict[str, Any]:
    """Every trial starts from the same state: a fresh clone, all on disk, caches as declared. Returns how."""
    with _timed(steps, "clone"):
        await clone_database(
            stack.postgres.admin_dsn, plan.snapshot.database, clone, Mark(role="trial", facts={"trial": plan.trial})
        )
    await _learn(stack, plan, clone, steps)
    connection = await asyncpg.connect(stack.postgres.dsn(clone))
    try:
        with _timed(steps, "prewarm"):
            await connection.execute(PREWARM)
        with _timed(steps, "checkpoint"):
            await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
    with _timed(steps, "beside"):
        await others.prepare()
    await _empty_redis(stack)
    with _timed(steps, "cache"):
        redis = await _fill_redis(stack, plan, clone, others)
        regime = await enter(stack, plan.conditions.cache_regime, clone)
    return regime | {"redis": redis}


async def _fill_redis(stack: Stack, plan: TrialPlan, clone: str, others: Beside) -> dict[str, Any]:
    if plan.conditions.redis_state == "cold":
        return {"state": "cold", "reads": 0}
    shards = others.environment.get("CHATBENCH_POSTGRES_SHARDS", "").split()
    variant = load_variant(plan.snapshot.variant)
    return await fill(stack.postgres.dsn(clone), stack.redis.url(0), variant, plan.dataset, shards=shards)


async def _learn(stack: Stack, plan: TrialPlan, clone: str, steps: dict[str, float]) -> None:
    """The first trial of a snapshot runs each read once; what it touched is warmed and emptied like the rest."""
    if plan.examiner is None or plan.examiner.knows(plan.snapshot.database):
        return
    with _timed(steps, "questions"):
        await _empty_redis(stack)
        await plan.examiner.learn(
            stack.postgres.dsn(clone),
            stack.redis.url(0),
            database=plan.snapshot.database,
            variant=plan.snapshot.variant,
        )


async def _empty_redis(stack: Stack) -> None:
    client: Redis = Redis.from_url(stack.redis.url(0))
    try:
        await stack.redis.empty(client)
    finally:
        await client.aclose()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Target:
    """What the load process is told to talk to, and whose processes answer."""

    address: str
    pids: tuple[int, ...] = ()


@asynccontextmanager
async def _target(plan: TrialPlan, environment: dict[str, str], log: Path) -> AsyncIterator[_Target]:
    if plan.load.target != "server":
        yield _Target(address=plan.load.target)
        return
    async with reference_servers(
        plan.load.servers,
        variant=plan.snapshot.variant,
        secrets=environment,
        connections=plan.connections,
        log=log.with_suffix(".servers.log"),
    ) as started:
        yield _Target(address=",".join(one.url for one in started), pids=tuple(one.pid for one in started))


def _command(plan: TrialPlan, target: str, gate: Path) -> list[str]:
    return locust_command(
        plan.load,
        variant=plan.snapshot.variant,
        dataset=plan.dataset.name,
        dataset_seed=plan.dataset.seed,
        target=target,
        seed=plan.seed,
        connections=plan.connections,
        gate=gate,
    )


def _heading(plan: TrialPlan) -> dict[str, Any]:
    load = plan.load
    return {
        "trial": plan.trial,
        "round": plan.round,
        "position": plan.position,
        "lane": plan.lane,
        "variant": plan.snapshot.variant,
        "scenario": load.name,
        "target": load.target,
        "seed": plan.seed,
        "started_at": datetime.now(UTC).isoformat(),
        "load": {
            "users": load.users,
            "rate_per_s": load.rate_per_s,
            "arrivals": load.arrivals,
            "warmup_s": load.warmup_s,
            "window_s": load.window_s,
            "compare": load.compare,
        },
    }


@contextmanager
def _timed(steps: dict[str, float], name: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        steps[name] = round(time.perf_counter() - started, 3)
