"""A trial by hand: the same walk and evidence as `chatbench run`, under a load that the page starts and ends.

The load process is the page itself: it is told where to go once the ground stands, and arrives at the gate as any load
process does. So a test of the cockpit leaves the record of a trial.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.seeding.snapshots import Snapshot
from harness.stack.stack import Stack
from harness.trial import TrialPlan
from harness.trial.gate import GateKeeper
from harness.trial.ground import Ground
from harness.trial.running import record_of
from harness.trial.target import Target
from harness.trial.testimony import Before
from harness.trial.window import Load
from harness.ui.heeding import heed_cancellation
from harness.ui.live import Live
from harness.ui.status import MEASURING, PREPARING, READING, STARTING, Status

#: What the load process needs: gate, target and addresses, by the names of their environment variables.
Told = dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Page(Load):
    live: Live

    async def through_window(self, before: Before | None) -> dict[str, Any]:
        async with self.live.sampling(self.ground, before.counters if before else None):
            return await Load.through_window(self, before)


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
    #: What a plan has no word for: more of the load, for its record.
    also: dict[str, Any]
    #: Told once where the load goes; from then on the load may start.
    ready: Callable[[Told], None]

    @property
    def starts_early(self) -> bool:
        """The page would show users at work over a database that is not there yet."""
        return False

    async def run(self) -> dict[str, Any]:
        """From clone to record; the clone is gone afterwards, whatever happened."""
        ground = Ground(
            stack=self.stack,
            plan=self.plan,
            clone=f"chatbench_serve_{secrets.token_hex(4)}",
            scratch=self.scratch,
            log=self.log,
            begins=self._show,
        )
        record = await record_of(ground, self)
        record["load"] |= self.also
        record["load"]["window_s"] = round(record["generator"]["window_s"], 3)
        self.live.end(record, record["evidence"])
        return record

    @asynccontextmanager
    async def to_gate(
        self, ground: Ground, gate: GateKeeper, target: Target, environment: dict[str, str]
    ) -> AsyncIterator[Load]:
        self.ready(environment | {"CHATBENCH_TARGET": target.address, "CHATBENCH_GATE": str(gate.path)})
        yield _Page(ground=ground, gate=gate, target=target, pid=self.generator_pid, live=self.live)

    def _show(self, step: str) -> None:
        """What the page says of a trial's step; of the short ones, nothing. A test that was stopped goes no further."""
        heed_cancellation()
        load, variant = self.plan.load, self.plan.snapshot.variant
        shown = {
            "clone": (PREPARING, f"Cloning the snapshot of {variant}, warming it …"),
            "servers": (PREPARING, f"Starting {load.servers} reference server(s) …"),
            "start": (STARTING, f"Starting {load.users} users …"),
            "window": (MEASURING, f"Measuring {load.name} on {self.plan.lane}."),
            "counters": (READING, "Reading what the database counted …"),
        }
        if step in shown:
            self.status.enter(*shown[step])


def plan_of(number: int, snapshot: Snapshot, **named: Any) -> TrialPlan:
    """The first trial of its own run folder."""
    return TrialPlan(trial=f"test-{number}", round=1, position=1, lane=snapshot.variant, snapshot=snapshot, **named)


async def gone(task: "asyncio.Task[Any]") -> None:
    """Wait for the end of a cancelled task; what it raised was told where it was raised."""
    await asyncio.gather(task, return_exceptions=True)
