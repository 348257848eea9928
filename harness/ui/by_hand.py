"""A trial by hand: the same ground, gate and evidence as `chatbench run`, under a load that the page starts and ends.

The load process is the page itself: it is told where to go once the ground stands, and arrives at the gate as any load
process does. So a test of the cockpit leaves the record of a trial.
"""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.evidence import counted_by_target
from harness.seeding.databases import drop_database
from harness.seeding.snapshots import Snapshot
from harness.stack.stack import Stack
from harness.trial import TrialPlan
from harness.trial.beside import Beside, beside
from harness.trial.durability import durable
from harness.trial.gate import GateKeeper, open_gate
from harness.trial.ground import Ground
from harness.trial.plan import heading_of
from harness.trial.preparing import prepare
from harness.trial.target import Target, standing, token_secret
from harness.trial.testimony import differences_since, read_before
from harness.trial.voiding import why_void
from harness.ui.live import Live
from harness.ui.status import MEASURING, PREPARING, READING, STARTING, Status
from reference_server.variant import load_variant

#: What the load process needs: gate, target and addresses, by the names of their environment variables.
Told = dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ByHand:
    """One trial that a person starts and stops."""

    stack: Stack
    plan: TrialPlan
    scratch: Path
    log: Path
    #: Locust's process, which is both page and load.
    generator_pid: int
    status: Status
    live: Live
    #: Told once where the load goes; from then on the load may start.
    ready: Callable[[Told], None]

    async def run(self) -> dict[str, Any]:
        """From clone to record; the clone is gone afterwards, whatever happened."""
        heading = heading_of(self.plan)
        ground = Ground(
            stack=self.stack,
            plan=self.plan,
            clone=f"chatbench_serve_{secrets.token_hex(4)}",
            others=Beside(),
            steps={},
            scratch=self.scratch,
            log=self.log,
        )
        try:
            outcome, evidence = await self._measure(ground)
        finally:
            await drop_database(self.stack.postgres.admin_dsn, ground.clone)
        heading["load"]["window_s"] = round(outcome["generator"]["window_s"], 3)
        self.live.end(outcome, evidence)
        void = why_void(outcome, evidence, closed_loop=self.plan.load.arrivals == "closed")
        told = {key: value for key, value in outcome.items() if key not in ("processes", "traces", "counted")}
        return heading | told | {"evidence": evidence, "void": void, "steps_s": ground.steps}

    async def _measure(self, ground: Ground) -> tuple[dict[str, Any], dict[str, Any] | None]:
        plan = self.plan
        facts: dict[str, Any] = {"durability": None, "topology": None, "cache": None}
        async with AsyncExitStack() as around:
            if not plan.load.is_remote:
                self.status.enter(PREPARING, f"Cloning the snapshot of {plan.snapshot.variant}, warming it …")
                variant = load_variant(plan.snapshot.variant)
                facts["durability"] = await around.enter_async_context(durable(self.stack, variant))
                others = await around.enter_async_context(beside(self.stack, variant, plan.snapshot, ground.clone))
                ground = replace(ground, others=others)
                facts["cache"] = await prepare(ground)
            environment = _environment(ground)
            if plan.load.target == "server":
                self.status.enter(PREPARING, f"Starting {plan.load.servers} reference server(s) …")
            target = await around.enter_async_context(standing(plan, environment, ground.log))
            gate = await around.enter_async_context(open_gate(ground.scratch))
            self.ready(environment | {"CHATBENCH_TARGET": target.address, "CHATBENCH_GATE": str(gate.path)})
            self.status.enter(STARTING, f"Starting {plan.load.users} users …")
            outcome, evidence = await self._through_gate(ground, gate, target)
        return outcome | facts | {"topology": ground.others.record()}, evidence

    async def _through_gate(
        self, ground: Ground, gate: GateKeeper, target: Target
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        others = ground.others
        await gate.arrival("started")
        await gate.go()
        await gate.arrival("warm")
        before = None if self.plan.load.is_remote else await read_before(ground)
        early = await others.read()
        watch = ground.watch(generator=self.generator_pid, servers=target.pids)
        watch.begin()
        self.status.enter(MEASURING, f"Measuring {self.plan.load.name} on {self.plan.lane}.")
        await gate.go()
        async with others.watched(), self.live.sampling(ground, before.counters if before else None):
            outcome: dict[str, Any] = (await gate.arrival("done"))["outcome"]
        outcome["machine"] = watch.end()
        self.status.enter(READING, "Reading what the database counted …")
        evidence = None
        if before:
            evidence = await others.complete(await differences_since(before, ground), early)
            evidence |= counted_by_target(outcome.get("counted") or {})
        await gate.go()
        # its connections are closed when it leaves the gate: only then may the clone go
        await gate.arrival("its end")
        return outcome, evidence


def _environment(ground: Ground) -> Told:
    secret = {"CHATBENCH_TOKEN_SECRET": token_secret(ground.plan)}
    if ground.plan.load.is_remote:
        return secret
    return {
        "CHATBENCH_POSTGRES": ground.dsn,
        "CHATBENCH_REDIS": ground.redis,
        **secret,
        **ground.others.environment,
    }


def plan_of(number: int, snapshot: Snapshot, **named: Any) -> TrialPlan:
    """The first trial of its own run folder."""
    return TrialPlan(trial=f"test-{number}", round=1, position=1, lane=snapshot.variant, snapshot=snapshot, **named)


async def gone(task: "asyncio.Task[Any]") -> None:
    """Wait for the end of a cancelled task; what it raised was told where it was raised."""
    await asyncio.gather(task, return_exceptions=True)
