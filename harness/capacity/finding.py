"""Finding capacity: short trials of each lane at the rates of its search, kept in the run's folder as they end."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.capacity.search import search
from harness.experiment import ScenarioLoad
from harness.judging.comparison import TASK_PREFIX
from harness.judging.metrics import Trial
from harness.progress import step
from harness.run_folder import RunFolder
from harness.stack.stack import Stack
from harness.statistics.histograms import decode, merge
from harness.trial import TrialPlan, run_trial

#: The search begins here where no rate is given.
FIRST_PER_S = 100.0
_LEAST_WINDOW_S = 2.0
#: A p99 needs a hundred tasks; half as many again, so that chance does not leave it without.
_TASKS = 150
_TRIES = 2


async def find_capacity(
    stack: Stack, plans: Sequence[TrialPlan], folder: RunFolder, *, p99_us: float
) -> list[dict[str, Any]]:
    """The points of every search; a plan for each lane and scenario tells all but the rate."""
    with (
        tempfile.TemporaryDirectory(prefix="chatbench-") as scratch,
        step("capacity of each lane", None) as shown,
    ):
        for plan in plans:
            going = search(_first(plan.load))
            try:
                rate = next(going)
                while True:
                    shown.advance(1, f"{plan.load.name} on {plan.lane}: {rate:g} tasks/s")
                    rate = going.send(await _holds(stack, plan, rate, p99_us, Path(scratch), folder))
            except StopIteration:
                continue
    return folder.read_capacity()


async def _holds(stack: Stack, plan: TrialPlan, rate: float, p99_us: float, scratch: Path, folder: RunFolder) -> bool:
    """A rate breaks when it breaks twice: one disturbed trial would halve a capacity."""
    for number in range(1, _TRIES + 1):
        point = _kept(folder, plan, rate, p99_us, number)
        if point is None:
            point = {**await _point(stack, plan, rate, p99_us, scratch, folder), "try": number}
            folder.append_capacity(point)
        if point["holds"]:
            return True
    return False


def _first(load: ScenarioLoad) -> float:
    """A rate that was itself found begins nothing: a resumed run would take another way."""
    return FIRST_PER_S if load.rate_share is not None else load.rate_per_s or FIRST_PER_S


def _kept(folder: RunFolder, plan: TrialPlan, rate: float, p99_us: float, number: int) -> dict[str, Any] | None:
    """The point of an interrupted run."""
    wanted = {**_subject(plan), "rate_per_s": rate, "p99_bound_us": p99_us, "try": number}
    return next((p for p in folder.read_capacity() if all(p[key] == value for key, value in wanted.items())), None)


async def _point(
    stack: Stack, plan: TrialPlan, rate: float, p99_us: float, scratch: Path, folder: RunFolder
) -> dict[str, Any]:
    load = replace(plan.load, rate_per_s=rate, window_s=max(_LEAST_WINDOW_S, _TASKS / rate))
    named = replace(plan, trial=f"capacity-{plan.load.name}-{plan.lane}-{rate:g}".replace(":", "-"), load=load)
    trial = await run_trial(stack, named, scratch=scratch, logs=folder.path / "logs")
    return {**_subject(plan), "rate_per_s": rate, "p99_bound_us": p99_us, **judged(trial, p99_us)}


def _subject(plan: TrialPlan) -> dict[str, Any]:
    return {"scenario": plan.load.name, "target": plan.load.target, "lane": plan.lane}


def judged(trial: Trial, p99_us: float) -> dict[str, Any]:
    """Percentiles of all tasks together, and whether the rate held: in time, and without a reason to be void."""
    every = merge(
        decode(entry["response"])
        for name, entry in (trial.get("operations") or {}).items()
        if name.startswith(TASK_PREFIX) and entry.get("response")
    )
    median, tail = (every.quantile(0.5), every.quantile(0.99)) if every else (None, None)
    why = trial.get("void") or _late(tail, p99_us)
    return {"p50_us": median, "p99_us": tail, "holds": why is None, "why": why}


def _late(p99_us: float | None, bound_us: float) -> str | None:
    if p99_us is None:
        return "no task was recorded"
    return f"p99 of {p99_us / 1000:.1f} ms is over {bound_us / 1000:g} ms" if p99_us > bound_us else None


def at_share(loads: Sequence[ScenarioLoad], rates: dict[tuple[str, str], float | None]) -> tuple[ScenarioLoad, ...]:
    """The scenarios whose rate is a share of the weakest lane's capacity, with their rates."""
    return tuple(_with_rate(load, rates.get((load.name, load.target))) for load in loads)


def _with_rate(load: ScenarioLoad, capacity: float | None) -> ScenarioLoad:
    if load.rate_share is None or load.rate_per_s is not None or capacity is None:
        return load
    return replace(load, rate_per_s=round(load.rate_share * capacity, 1))
