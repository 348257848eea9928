"""Comparing runs: the lanes of the same variant in two stored runs, refused where the runs are unlike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

from harness.errors import HarnessError
from harness.judging.findings import minimum_effect, primary_metrics
from harness.judging.metrics import METRICS, Metric, sample_count, too_few
from harness.statistics.estimate import Estimate, holm_by_family
from harness.statistics.verdict import judge
from harness.stored_runs.distributions import percentile_rows, quantile_rows
from harness.stored_runs.fingerprints import differences, told
from harness.stored_runs.sides import Run, Subject, by_round, shared_operations, shared_variants, values_of
from harness.stored_runs.welch import unpaired_ratio

Values = list[float]


class UnlikeRunsError(HarnessError):
    """Two runs whose difference would not be the variants'."""

    exit_code = 2


def compare_runs(a: Run, b: Run, *, force: bool) -> dict[str, Any]:
    """B against A, variant by variant; UnlikeRunsError where they differ in more than their day."""
    shared = shared_variants(a, b)
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
        "minimum_effect": _effect(a, b),
        "voided": [{"run": run.name, "void": run.voided, "trials": run.voided + len(run.trials)} for run in (a, b)],
        "findings": _findings(a, b, shared),
        "quantile_differences": list(quantile_rows(a, b, shared)),
        "latencies": list(percentile_rows(a, b, shared)),
    }


def _findings(a: Run, b: Run, variants: Sequence[str]) -> list[dict[str, Any]]:
    primary = {name for run in (a, b) for name in primary_metrics(run.manifest)}
    effect = _effect(a, b)
    rows = [row for variant in variants for row in _of_variant(a, b, variant)]
    families = [_family(row, primary) for row in rows]
    adjusted = holm_by_family(families, [row.estimate.p_value if row.estimate else 1.0 for row in rows])
    return [_judged(row, a, b, p, primary, effect) for row, p in zip(rows, adjusted, strict=True)]


def _effect(a: Run, b: Run) -> float:
    """The larger one: what either run set out to tell."""
    return max(minimum_effect(run.manifest) for run in (a, b))


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
    for scenario, target, operation in shared_operations(a, b, variant):
        first, second = (by_round(run, variant, scenario, target) for run in (a, b))
        trials = [trial for side in (first, second) for ones in side.values() for trial in ones]
        fewest = min((sample_count(trial, operation) for trial in trials), default=0)
        for metric in METRICS.values():
            theirs, ours = values_of(first, metric, operation), values_of(second, metric, operation)
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


def _judged(row: _Row, a: Run, b: Run, p_adjusted: float | None, primary: set[str], effect: float) -> dict[str, Any]:
    floors = [run.floors[row.subject] for run in (a, b) if row.subject in run.floors]
    floor = max(floors) if floors else None
    estimate = row.estimate
    judgement = judge(estimate, p_adjusted=p_adjusted, minimum_effect=effect, noise_floor=floor)
    few = row.fewest < row.metric.judged_from
    why = too_few(row.fewest, row.metric) if few else judgement.why
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
        "alpha": estimate and estimate.alpha,
        "noise_floor": floor,
        "verdict": "unresolved" if few else str(judgement.verdict),
        "why": why,
        "rounds": estimate.rounds if estimate else 0,
        "rounds_needed": None if few else judgement.rounds_needed,
        "primary": metric in primary,
        "higher_is_better": False,
    }
