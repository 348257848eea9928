"""A trial's window: warm-up → quiet → read → window → quiet → read, with the load held at the gate between.

One walk for every load: a process of its own, or the cockpit's page. It opens no connection before the gate lets it.
"""

import contextlib
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Any, Protocol

from harness.evidence import counted_by_target
from harness.experiment import MAINTENANCE
from harness.trial.cpu_layout import CpuLayout, machine_layout, pin
from harness.trial.gate import GateKeeper, LoadEndedError, open_gate
from harness.trial.ground import Ground
from harness.trial.preparing import prepare
from harness.trial.target import Target, environment_of, standing
from harness.trial.testimony import Before, asked_after, differences_since, read_before

#: What the load tells, and what the database testifies: None where it is somebody else's, or not the subject.
Measurement = tuple[dict[str, Any], dict[str, Any] | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """A load at the gate."""

    ground: Ground
    gate: GateKeeper
    target: Target
    pid: int

    async def arrival(self, point: str) -> dict[str, Any]:
        """What it tells when it is at `point`."""
        return await self.gate.arrival(point)

    async def through_window(self, before: Before | None) -> dict[str, Any]:  # noqa: ARG002 - a page draws from it
        """Its outcome when the window has ended; `before` is what the database told when it began."""
        outcome: dict[str, Any] = (await self.arrival("done"))["outcome"]
        return outcome

    async def end(self) -> None:
        """Return when its connections are closed: only then may the clone go."""
        with contextlib.suppress(LoadEndedError):
            await self.arrival("its end")


class Comes(Protocol):
    """Where the load comes from."""

    @property
    def starts_early(self) -> bool:
        """Whether it may wait at the gate while the database is cloned."""

    def to_gate(
        self, ground: Ground, gate: GateKeeper, target: Target, environment: dict[str, str]
    ) -> AbstractAsyncContextManager[Load]:
        """The load for as long as it is at work; the environment holds secrets, so it is for no command line."""


async def measure(ground: Ground, comes: Comes) -> Measurement:
    """Prepare the ground, let the load run over it, and read what both sides say."""
    environment, cache = environment_of(ground), None
    async with AsyncExitStack() as around:
        # servers connect as soon as they start, so the clone must stand first
        beside_start = comes.starts_early and ground.plan.load.target == "direct"
        if not (beside_start or ground.plan.load.is_remote):
            cache = await prepare(ground)
        target = await around.enter_async_context(standing(ground, environment))
        gate = await around.enter_async_context(open_gate(ground.scratch))
        with ground.timed("start"):
            load = await around.enter_async_context(comes.to_gate(ground, gate, target, environment))
            if beside_start:
                cache = await prepare(ground)
            await load.arrival("started")
            _pin(load)
            await gate.go()
        with ground.timed("warmup"):
            await load.arrival("warm")
        outcome, evidence = await _window(load)
        await gate.go()
        with ground.timed("stop"):
            await load.end()
    return outcome | {"cache": cache}, evidence


async def _window(load: Load) -> Measurement:
    ground, plan, others = load.ground, load.ground.plan, load.ground.others
    testifies = not plan.load.is_remote and plan.load.name != MAINTENANCE
    before = await read_before(ground) if testifies else None
    early = await others.read()
    watch = ground.watch(generator=load.pid, servers=load.target.pids)
    watch.begin()
    await load.gate.go()
    with ground.timed("window"):
        async with others.watched():
            outcome = await load.through_window(before)
    outcome["machine"] = watch.end()
    if before is None:
        return outcome, None
    evidence = await others.complete(await differences_since(before, ground), early)
    counted = counted_by_target(outcome.get("counted") or {})
    # the last: it writes into the clone
    return outcome, evidence | counted | await asked_after(before, ground)


def _pin(load: Load) -> None:
    stack, plan = load.ground.stack, load.ground.plan
    layout = machine_layout() if plan.conditions.pin else CpuLayout()
    pin([stack.postgres.pid, stack.redis.pid, load.ground.others.server_pid, *load.target.pids], layout.servers)
    pin([load.pid], layout.generator)
