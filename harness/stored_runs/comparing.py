"""Comparing runs: the lanes of the same variant in two stored runs, refused where the runs are unlike."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

from harness.comparison import TASK_PREFIX
from harness.errors import HarnessError
from harness.estimate import Estimate, holm_by_family
from harness.metrics import METRICS, Metric, Trial, metric_name, sample_count
from harness.rounds import AGAIN
from harness.run_folder import RunFolder
from harness.stored_runs.fingerprints import differences, told
from harness.stored_runs.welch import unpaired_ratio
from harness.summary import summarise
from harness.verdict import judge

Values = list[float]
Subject = tuple[str, str, str, str]


class UnlikeRunsError(HarnessError):
    """Two runs whose difference would not be the variants'."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One side."""

    name: str
    manifest: Mapping[str, Any]
    trials: Sequence[Trial]
    #: A/A noise by subject, on the log scale.
    floors: Mapping[Subject, float]


def read_side(folder: RunFolder) -> Run:
    """A stored run, with the noise that its own A/A lane showed."""
    manifest, every = folder.read_manifest(), folder.read_trials()
    floors = {
        (f["scenario"], f["target"], f["operation"], f["metric"]): max(
            abs(math.log(f["ratio_low"])), abs(math.log(f["ratio_high"]))
        )
        for f in summarise(manifest, every)["findings"]
        if f["candidate"].endswith(AGAIN) and f["ratio_low"] and f["ratio_high"]
    }
    trials = [trial for trial in every if not trial.get("void")]
    return Run(name=str(manifest["run_id"]), manifest=manifest, trials=trials, floors=floors)


def compare_runs(a: Run, b: Run, *, force: bool) -> dict[str, Any]:
    """B against A, variant by variant; UnlikeRunsError where they differ in more than their day."""
    shared = [name for name in a.manifest.get("variants") or {} if name in (b.manifest.get("variants") or {})]
    if not shared:
        raise UnlikeRunsError(f"{a.name} and {b.name} share no variant, so there is nothing to compare. Choose others.")
    unlike = differences(a.manifest, b.manifest, shared)
    if unlike and not force:
        raise UnlikeRunsError(
            f"{a.name} and {b.name} are unlike: {told(unlike)}. A difference between them would be of these as much as "
            "of the variants, so nothing was compared. Repeat one under the other's conditions, or say --force."
        )
    return {
        "kind": "runs",
        "schema_version": 1,
        "run_id": f"{a.name} and {b.name}",
        "created_at": datetime.now(UTC).isoformat(),
        "runs": [a.name, b.name],
        "variants": shared,
        "unlike": unlike,
        "forced": bool(unlike),
        "findings": _findings(a, b, shared),
    }


def _findings(a: Run, b: Run, variants: Sequence[str]) -> list[dict[str, Any]]:
    primary = {metric_name(name) for run in (a, b) for name in run.manifest["experiment"].get("primary") or ()}
    effect = max(run.manifest["experiment"].get("minimum_effect", 0.05) for run in (a, b))
    rows = [row for variant in variants for row in _of_variant(a, b, variant)]
    families = [_family(row, primary) for row in rows]
    adjusted = holm_by_family(families, [row.estimate.p_value if row.estimate else 1.0 for row in rows])
    return [_judged(row, a, b, p, primary, effect) for row, p in zip(rows, adjusted, strict=True)]


def _family(row: "_Row", primary: set[str]) -> str | None:
    """The primary metrics together, and each other metric apart."""
    if row.estimate is None or row.fewest < row.metric.judged_from:
        return None
    return "primary" if row.metric.name in primary else row.metric.name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    subject: Subject
    variant: str
    metric: Metric
    ours: Values
    theirs: Values
    estimate: Estimate | None
    fewest: int


def _of_variant(a: Run, b: Run, variant: str) -> Iterator[_Row]:
    for scenario, target, operation in _operations(a, b, variant):
        first, second = (_by_round(run, variant, scenario, target) for run in (a, b))
        trials = [trial for side in (first, second) for ones in side.values() for trial in ones]
        fewest = min((sample_count(trial, operation) for trial in trials), default=0)
        for metric in METRICS.values():
            theirs, ours = _values(first, metric, operation), _values(second, metric, operation)
            if not theirs or not ours or (metric.only_when_carried and fewest < metric.judged_from):
                continue
            yield _Row(
                subject=(scenario, target, operation, metric.name),
                variant=variant,
                metric=metric,
                ours=ours,
                theirs=theirs,
                estimate=unpaired_ratio(ours, theirs),
                fewest=fewest,
            )


def _operations(a: Run, b: Run, variant: str) -> list[tuple[str, str, str]]:
    """Those that both have."""
    sides = [
        dict.fromkeys(
            (trial["scenario"], trial["target"], operation)
            for trial in run.trials
            if trial["lane"].removesuffix(AGAIN) == variant
            for operation in trial["operations"]
            if not operation.startswith(TASK_PREFIX)
        )
        for run in (a, b)
    ]
    return [subject for subject in sides[0] if subject in sides[1]]


def _by_round(run: Run, variant: str, scenario: str, target: str) -> dict[int, list[Trial]]:
    """The baseline's second lane is the same variant over again."""
    found: dict[int, list[Trial]] = {}
    for trial in run.trials:
        if (trial["lane"].removesuffix(AGAIN), trial["scenario"], trial["target"]) == (variant, scenario, target):
            found.setdefault(trial["round"], []).append(trial)
    return found


def _values(rounds: Mapping[int, Sequence[Trial]], metric: Metric, operation: str) -> Values:
    """One value a round: the geometric mean of its lanes."""
    found = []
    for number in sorted(rounds):
        known = [value for trial in rounds[number] if (value := metric.value(trial, operation)) is not None]
        if known:
            found.append(math.exp(sum(map(math.log, known)) / len(known)) if min(known) > 0 else 0.0)
    return found


def _judged(row: _Row, a: Run, b: Run, p_adjusted: float | None, primary: set[str], effect: float) -> dict[str, Any]:
    floors = [run.floors[row.subject] for run in (a, b) if row.subject in run.floors]
    floor = max(floors) if floors else None
    estimate = row.estimate
    judgement = judge(estimate, p_adjusted=p_adjusted, minimum_effect=effect, noise_floor=floor)
    few = row.fewest < row.metric.judged_from
    why = f"a trial has only {row.fewest} samples of {row.metric.judged_from}" if few else judgement.why
    scenario, target, operation, metric = row.subject
    return {
        "scenario": scenario,
        "target": target,
        "operation": operation,
        "metric": metric,
        "unit": row.metric.unit,
        "baseline": f"{row.variant} in {a.name}",
        "candidate": f"{row.variant} in {b.name}",
        "variant": row.variant,
        "baseline_value": median(row.theirs),
        "candidate_value": median(row.ours),
        "ratio": estimate and estimate.value,
        "ratio_low": estimate and estimate.low,
        "ratio_high": estimate and estimate.high,
        "p_value": estimate and estimate.p_value,
        "p_adjusted": p_adjusted,
        "noise_floor": floor,
        "verdict": "unresolved" if few else str(judgement.verdict),
        "why": why,
        "rounds": estimate.rounds if estimate else 0,
        "primary": metric in primary,
        "higher_is_better": False,
    }
