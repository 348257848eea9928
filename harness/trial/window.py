"""A trial's window: warm-up → quiet → read → window → quiet → read, with the load process held at the gate between.

The load process starts while the database is cloned; it opens no connection before the gate lets it.
"""

import asyncio
import signal
from dataclasses import dataclass
from typing import Any

from harness.evidence import counted_by_target
from harness.experiment import MAINTENANCE
from harness.maintenance.trial import maintain
from harness.maintenance.work import Measured, told
from harness.trial.cpu_layout import CpuLayout, machine_layout, pin
from harness.trial.gate import GateKeeper, open_gate
from harness.trial.ground import Ground
from harness.trial.load_process import first_of, load_process, locust_command
from harness.trial.preparing import prepare
from harness.trial.target import Target, standing, token_secret
from harness.trial.testimony import asked_after, differences_since, read_before

#: What the load process tells, and what the database testifies: None where it is somebody else's, or not the subject.
Measurement = tuple[dict[str, Any], dict[str, Any] | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Load:
    """The load process at its gate."""

    process: asyncio.subprocess.Process
    gate: GateKeeper
    target: Target

    async def arrival(self, point: str, ground: Ground) -> dict[str, Any]:
        return await first_of(self.process, ground.log, self.gate.arrival(point))


async def measure(ground: Ground) -> Measurement:
    """Prepare the ground, run the load over it, and read what both sides say."""
    plan = ground.plan
    environment = _environment(ground)
    # servers connect as soon as they start, so the clone must stand first
    cache = await prepare(ground) if plan.load.target == "server" else None
    async with (
        standing(plan, environment, ground.log) as target,
        open_gate(ground.scratch) as gate,
        load_process(_command(ground, target, gate), secrets=environment, log=ground.log) as process,
    ):
        load = _Load(process=process, gate=gate, target=target)
        with ground.timed("start"):
            if plan.load.target == "direct":
                cache = await prepare(ground)
            await load.arrival("started", ground)
            _pin(ground, load)
            await gate.go()
        with ground.timed("warmup"):
            await load.arrival("warm", ground)
        outcome, evidence = await _window(ground, load)
        await gate.go()
        with ground.timed("stop"):
            await process.wait()
    return outcome | {"cache": cache}, evidence


async def _window(ground: Ground, load: _Load) -> Measurement:
    plan, others = ground.plan, ground.others
    testifies = not plan.load.is_remote and plan.load.name != MAINTENANCE
    before = await read_before(ground) if testifies else None
    early = await others.read()
    watch = ground.watch(generator=load.process.pid, servers=load.target.pids)
    watch.begin()
    await load.gate.go()
    with ground.timed("window"):
        async with others.watched():
            maintained = await _maintain(ground, load)
            outcome = (await load.arrival("done", ground))["outcome"]
    outcome["machine"] = watch.end()
    if plan.load.name == MAINTENANCE:
        outcome["maintenance"] = told(maintained, outcome["traces"]["send"])
    if before is None:
        return outcome, None
    evidence = await others.complete(await differences_since(before, ground), early)
    counted = counted_by_target(outcome.get("counted") or {})
    # the last: it writes into the clone
    return outcome, evidence | counted | await asked_after(before, ground)


async def _maintain(ground: Ground, load: _Load) -> list[Measured]:
    """The window of the scenario `maintenance` lasts as long as its jobs; other scenarios have none."""
    plan = ground.plan
    if plan.load.name != MAINTENANCE:
        return []
    jobs = maintain(
        ground.stack,
        database=ground.clone,
        variant=plan.snapshot.variant,
        dataset=plan.dataset,
        jobs=plan.load.jobs,
        quiet_s=plan.load.window_s,
    )
    measured = await first_of(load.process, ground.log, jobs)
    load.process.send_signal(signal.SIGTERM)
    return measured


def _pin(ground: Ground, load: _Load) -> None:
    stack = ground.stack
    layout = machine_layout() if ground.plan.conditions.pin else CpuLayout()
    pin([stack.postgres.pid, stack.redis.pid, ground.others.server_pid, *load.target.pids], layout.servers)
    pin([load.process.pid], layout.generator)


def _environment(ground: Ground) -> dict[str, str]:
    """What load process and servers are told; never on a command line, which anybody can read."""
    return {
        "CHATBENCH_POSTGRES": ground.dsn,
        "CHATBENCH_REDIS": ground.redis,
        "CHATBENCH_TOKEN_SECRET": token_secret(ground.plan),
        **ground.others.environment,
    }


def _command(ground: Ground, target: Target, gate: GateKeeper) -> list[str]:
    plan = ground.plan
    return locust_command(
        plan.load,
        variant=plan.snapshot.variant,
        dataset=plan.dataset.reference,
        dataset_seed=plan.dataset.seed,
        target=target.address,
        seed=plan.seed,
        connections=plan.connections,
        gate=gate.path,
    )
