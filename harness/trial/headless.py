"""The load of `chatbench run` and `compare`: a Locust process of its own, which starts while the database is cloned."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from harness.experiment import MAINTENANCE
from harness.maintenance.trial import maintain
from harness.maintenance.work import told
from harness.trial.gate import GateKeeper
from harness.trial.ground import Ground
from harness.trial.load_process import first_of, load_process, locust_command
from harness.trial.target import Target
from harness.trial.testimony import Before
from harness.trial.window import Load


@dataclass(frozen=True, kw_only=True, slots=True)
class _Process(Load):
    process: asyncio.subprocess.Process

    async def arrival(self, point: str) -> dict[str, Any]:
        return await first_of(self.process, self.ground.log, self.gate.arrival(point))

    async def through_window(self, before: Before | None) -> dict[str, Any]:
        """The window of the scenario `maintenance` lasts as long as its jobs; other scenarios have none."""
        if self.ground.plan.load.name != MAINTENANCE:
            return await Load.through_window(self, before)
        ground, plan = self.ground, self.ground.plan
        jobs = maintain(
            ground.stack,
            database=ground.clone,
            variant=plan.snapshot.variant,
            dataset=plan.dataset,
            jobs=plan.load.jobs,
            quiet_s=plan.load.window_s,
        )
        measured = await first_of(self.process, ground.log, jobs)
        self.process.send_signal(signal.SIGTERM)
        outcome = await Load.through_window(self, before)
        return outcome | {"maintenance": told(measured, outcome["traces"]["send"])}

    async def end(self) -> None:
        await self.process.wait()


class Headless:
    """Without a page; nobody sees it but the measuring side."""

    starts_early = True

    @asynccontextmanager
    async def to_gate(
        self, ground: Ground, gate: GateKeeper, target: Target, environment: dict[str, str]
    ) -> AsyncIterator[Load]:
        plan = ground.plan
        command = locust_command(
            plan.load,
            variant=plan.snapshot.variant,
            dataset=plan.dataset.reference,
            dataset_seed=plan.dataset.seed,
            target=target.address,
            seed=plan.seed,
            connections=plan.connections,
            gate=gate.path,
        )
        async with load_process(command, secrets=environment, log=ground.log) as process:
            yield _Process(ground=ground, gate=gate, target=target, pid=process.pid, process=process)
