"""Ceiling: what schedule, recording and event loop can do on this machine, with a target that answers at once."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from datasets.shape import Dataset
from harness.errors import HarnessError
from harness.experiment import ScenarioLoad
from harness.trial.gate import open_gate
from harness.trial.load_process import first_of, load_process, locust_command

#: More than any process can: what is started of it in the window is the ceiling.
_OFFERED_PER_S = 100_000.0
_WINDOW_S = 1.0
_WARMUP_S = 0.3


async def generator_ceiling(load: ScenarioLoad, *, variant: str, dataset: Dataset, logs: Path) -> dict[str, Any]:
    """Tasks per second of the scenario's mix; without a figure it says why."""
    load = replace(load, rate_per_s=_OFFERED_PER_S, arrivals="poisson", warmup_s=_WARMUP_S, window_s=_WINDOW_S)
    known = {"scenario": load.name, "users": load.users}
    try:
        outcome = await _outcome(load, variant, dataset, logs / "ceiling.log")
    except HarnessError as error:
        return known | {"tasks_per_s": None, "note": str(error)}
    told = outcome["generator"]
    started = told["scheduled"] - told["unstarted"]
    return known | {"tasks_per_s": round(started / told["window_s"], 1) if told["window_s"] else None, "note": None}


async def _outcome(load: ScenarioLoad, variant: str, dataset: Dataset, log: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="chatbench-") as scratch:
        async with open_gate(Path(scratch)) as gate:
            command = locust_command(
                load,
                variant=variant,
                dataset=dataset.reference,
                dataset_seed=dataset.seed,
                target="null",
                seed=1,
                connections=1,
                gate=gate.path,
            )
            async with load_process(command, secrets={}, log=log) as process:
                for arrival in ("started", "warm"):
                    await first_of(process, log, gate.arrival(arrival))
                    await gate.go()
                done = await first_of(process, log, gate.arrival("done"))
                await gate.go()
                await process.wait()
    found: dict[str, Any] = done["outcome"]
    return found
