"""Calibrating: capacities where they are asked for, the rates that are shares of them, and the generator's ceiling."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from datasets.shape import Dataset
from harness.capacity.ceiling import generator_ceiling
from harness.capacity.curve import curves_of, weakest_of
from harness.capacity.finding import at_share, find_capacity
from harness.errors import NoCapacityError
from harness.experiment import Experiment, ScenarioLoad
from harness.figure import figure
from harness.run_folder import RunFolder
from harness.stack.stack import Stack
from harness.trial import TrialPlan

#: Scenarios that wait for what only a target delivers.
_NEEDS_RECEIVERS = ("fanout",)


async def calibrated(
    stack: Stack, experiment: Experiment, folder: RunFolder, *, plan: Callable[[str, ScenarioLoad], TrialPlan]
) -> Experiment:
    """The experiment with every rate a number; nothing is measured where none is asked for."""
    due = [load for load in _open_loops(experiment) if experiment.find_capacity or _wants_rate(load)]
    if not due:
        return experiment
    every = [experiment.baseline, *experiment.candidates]
    plans = [plan(lane, load) for load in due for lane in every if _takes_part(lane, load, experiment.baseline)]
    points = await find_capacity(stack, plans, folder, p99_us=1000 * experiment.capacity_p99_ms)
    curves = curves_of(points, every)
    rates = {(load.name, load.target): weakest_of(curves, load.name, load.target) for load in due}
    scenarios = at_share(experiment.scenarios, rates)
    for load in scenarios:
        if _wants_rate(load):
            without = [c for c in curves if c["scenario"] == load.name and c["capacity_per_s"] is None]
            told = ", ".join(f"{curve['lane']} down to {figure(curve['too_much_per_s'])} tasks/s" for curve in without)
            raise NoCapacityError(
                f"{load.name} held under a p99 of {experiment.capacity_p99_ms:g} ms at no rate that was tried: {told}. "
                "So there is no capacity to take a share of, and no round was run. Raise the bound (--p99), or give a "
                "rate."
            )
    return replace(experiment, scenarios=scenarios)


async def ceilings(experiment: Experiment, dataset: Dataset, folder: RunFolder) -> list[dict[str, Any]]:
    """Of each compared scenario whose tasks need nobody to receive; what a resumed run knows is not measured again."""
    if folder.manifest_path.exists() and (kept := folder.read_manifest().get("ceiling")):
        return list(kept)
    return [
        await generator_ceiling(load, variant=experiment.baseline, dataset=dataset, logs=folder.path / "logs")
        for load in _open_loops(experiment)
        if load.receivers is None and load.name not in _NEEDS_RECEIVERS
    ]


def _open_loops(experiment: Experiment) -> list[ScenarioLoad]:
    return [load for load in experiment.scenarios if load.compare and load.arrivals != "closed"]


def _takes_part(lane: str, load: ScenarioLoad, baseline: str) -> bool:
    return lane == baseline or not load.only or lane in load.only


def _wants_rate(load: ScenarioLoad) -> bool:
    return load.rate_share is not None and load.rate_per_s is None
