"""Sides: what each of two stored runs measured of a variant, round by round."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.judging.comparison import TASK_PREFIX
from harness.judging.findings import compared_with, noise_floors
from harness.judging.metrics import Metric, Trial
from harness.rounds import AGAIN
from harness.run_folder import RunFolder
from harness.statistics.estimate import ALPHA
from harness.statistics.histograms import Histogram, decode, merge

Subject = tuple[str, str, str, str]
#: The baseline's second lane is the same variant over again, so a round may have two trials.
Rounds = Mapping[int, Sequence[Trial]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One side."""

    name: str
    manifest: Mapping[str, Any]
    #: Valid ones.
    trials: Sequence[Trial]
    #: A/A noise by subject, on the log scale.
    floors: Mapping[Subject, float]
    #: How many trials are void, and left out.
    voided: int = 0


def read_side(folder: RunFolder) -> Run:
    """A stored run, with the noise that its own A/A lane showed."""
    manifest, every = folder.read_manifest(), folder.read_trials()
    baseline = str(manifest["experiment"]["baseline"])
    against_itself = compared_with(manifest, baseline, [baseline, baseline + AGAIN], every, ALPHA)
    floors = {subject: floor for subject, floor in noise_floors(against_itself).items() if floor is not None}
    trials = [trial for trial in every if not trial.get("void")]
    return Run(
        name=str(manifest["run_id"]), manifest=manifest, trials=trials, voided=len(every) - len(trials), floors=floors
    )


def shared_variants(a: Run, b: Run) -> list[str]:
    theirs = b.manifest.get("variants") or {}
    return [name for name in a.manifest.get("variants") or {} if name in theirs]


def shared_operations(a: Run, b: Run, variant: str) -> list[tuple[str, str, str]]:
    """(scenario, target, operation) that both have."""
    first, second = (_operations(run, variant) for run in (a, b))
    return [subject for subject in first if subject in second]


def _operations(run: Run, variant: str) -> dict[tuple[str, str, str], None]:
    return dict.fromkeys(
        (trial["scenario"], trial["target"], operation)
        for trial in run.trials
        if trial["lane"].removesuffix(AGAIN) == variant
        for operation in trial["operations"]
        if not operation.startswith(TASK_PREFIX)
    )


def by_round(run: Run, variant: str, scenario: str, target: str) -> dict[int, list[Trial]]:
    """The variant's trials of both its lanes."""
    found: dict[int, list[Trial]] = {}
    for trial in run.trials:
        if (trial["lane"].removesuffix(AGAIN), trial["scenario"], trial["target"]) == (variant, scenario, target):
            found.setdefault(trial["round"], []).append(trial)
    return found


def values_of(rounds: Rounds, metric: Metric, operation: str) -> list[float]:
    """One value a round: the geometric mean of its lanes."""
    measured = ([metric.value(trial, operation) for trial in rounds[number]] for number in sorted(rounds))
    return [geometric_mean(known) for values in measured if (known := [v for v in values if v is not None])]


def histograms_of(rounds: Rounds, operation: str) -> list[Histogram]:
    """Response times, one histogram a round with both its lanes in it."""
    recorded = ([trial["operations"].get(operation) or {} for trial in rounds[number]] for number in sorted(rounds))
    merged = (merge(decode(one["response"]) for one in ones if one.get("response")) for ones in recorded)
    return [histogram for histogram in merged if histogram and histogram.total]


def geometric_mean(values: Sequence[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values)) if min(values) > 0 else 0.0
