"""Findings: each comparison with its verdict, corrected in its Holm family and held against the A/A lane's noise."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from harness.judging.comparison import Comparison, comparisons
from harness.judging.metrics import metric_name
from harness.rounds import AGAIN
from harness.statistics.estimate import holm_by_family
from harness.statistics.verdict import Verdict, judge, noise_floor_of

DEFAULT_PRIMARY = ("response_p50",)
DEFAULT_EFFECT = 0.05
Manifest = Mapping[str, Any]
Findings = Sequence[Mapping[str, Any]]
#: By scenario, target, operation and metric; None where the A/A lane has no estimate.
Floors = Mapping[tuple[str, str, str, str], float | None]


def compared_scenarios(manifest: Manifest) -> list[Mapping[str, Any]]:
    """Those that every lane ran; the others are measured on their own."""
    return [scenario for scenario in manifest["experiment"]["scenarios"] if scenario.get("compare", True)]


def primary_metrics(manifest: Manifest) -> list[str]:
    """Full names, in the order that the experiment gives them."""
    return [metric_name(name) for name in manifest["experiment"].get("primary") or DEFAULT_PRIMARY]


def minimum_effect(manifest: Manifest) -> float:
    return float(manifest["experiment"].get("minimum_effect", DEFAULT_EFFECT))


def disqualified_lanes(manifest: Manifest) -> Mapping[str, str]:
    """Lane → why: its answers are not the baseline's, so that its figures say nothing."""
    found: Mapping[str, str] = (manifest.get("answers") or {}).get("disqualified") or {}
    return found


def compared_with(
    manifest: Manifest, baseline: str, lanes: Sequence[str], trials: Sequence[Mapping[str, Any]], alpha: float
) -> list[Comparison]:
    """Every comparison of these lanes with `baseline`, which need not be the experiment's."""
    found = compared_scenarios(manifest)
    return [c for scenario in found for c in comparisons(scenario, baseline, lanes, trials, alpha=alpha)]


def noise_floors(every: Sequence[Comparison]) -> Floors:
    return {c.subject: noise_floor_of(c.estimate) for c in every if c.is_again}


def findings_of(manifest: Manifest, every: Sequence[Comparison], floors: Floors) -> list[dict[str, Any]]:
    """One finding a comparison, in their order."""
    barred = disqualified_lanes(manifest)
    families = [_family(c, manifest, barred) for c in every]
    adjusted = holm_by_family(families, [c.estimate.p_value if c.estimate else 1.0 for c in every])
    return [
        _finding(c, p, 0.0 if c.is_again else floors.get(c.subject), manifest)
        for c, p in zip(every, adjusted, strict=True)
    ]


def _family(comparison: Comparison, manifest: Manifest, barred: Mapping[str, str]) -> tuple[bool, str] | None:
    """The primary metrics together and each other metric apart; the A/A lane has its own; None: not tested."""
    is_barred = comparison.candidate in barred or comparison.baseline in barred
    if is_barred or comparison.estimate is None or not comparison.is_carried:
        return None
    metric = comparison.metric.name
    return comparison.is_again, "primary" if metric in primary_metrics(manifest) else metric


def _finding(
    comparison: Comparison, p_adjusted: float | None, noise_floor: float | None, manifest: Manifest
) -> dict[str, Any]:
    estimate, metric = comparison.estimate, comparison.metric
    effect = minimum_effect(manifest)
    judgement = judge(estimate, p_adjusted=p_adjusted, minimum_effect=effect, noise_floor=noise_floor)
    disqualified = disqualified_lanes(manifest)
    barred = disqualified.get(comparison.candidate) or disqualified.get(comparison.baseline)
    missing = barred or comparison.missing_reason()
    return {
        "scenario": comparison.scenario,
        "target": comparison.target,
        "operation": comparison.operation,
        "metric": metric.name,
        "unit": metric.unit,
        "baseline": comparison.baseline,
        "candidate": comparison.candidate,
        "baseline_value": comparison.baseline_value,
        "candidate_value": comparison.candidate_value,
        "ratio": estimate and estimate.value,
        "ratio_low": estimate and estimate.low,
        "ratio_high": estimate and estimate.high,
        "p_value": estimate and estimate.p_value,
        "p_adjusted": p_adjusted,
        "sign_flip_p": estimate and estimate.sign_flip_p,
        "tests_disagree": estimate and estimate.tests_disagree,
        "alpha": estimate and estimate.alpha,
        "noise_floor": noise_floor,
        "verdict": str(Verdict.unresolved if missing else judgement.verdict),
        "why": missing or judgement.why,
        "rounds": estimate.rounds if estimate else comparison.paired_rounds,
        "rounds_needed": None if missing else judgement.rounds_needed,
        "primary": metric.name in primary_metrics(manifest),
        "higher_is_better": False,
        "disqualified": barred is not None,
        "known_gaps": (manifest.get("variants", {}).get(comparison.candidate) or {}).get("known_gaps") or [],
    }


def verdict_counts(findings: Findings) -> dict[str, Any]:
    """How many primary comparisons got each verdict, candidates and A/A apart; disqualified ones are not compared."""
    primary = [f for f in findings if f["primary"] and not f["disqualified"]]
    told = {
        "candidates": [f["verdict"] for f in primary if not f["candidate"].endswith(AGAIN)],
        "again": [f["verdict"] for f in primary if f["candidate"].endswith(AGAIN)],
    }
    return {
        name: {"compared": len(verdicts)} | {str(verdict): verdicts.count(verdict) for verdict in Verdict}
        for name, verdicts in told.items()
    }


def noise_of(findings: Findings) -> dict[str, Any]:
    """The noise floors of the judged primary findings."""
    floors = [f["noise_floor"] for f in findings if f["primary"] and f["noise_floor"] and f["p_adjusted"] is not None]
    return {"median": median(floors) if floors else None, "most": max(floors, default=None)}
