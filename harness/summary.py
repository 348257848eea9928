"""Summary: the trials of a run become findings, each with its interval and verdict."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.comparison import Comparison, comparisons
from harness.estimate import holm
from harness.examined import examinations, flips_of, indexes_of, plans_of, redis_families_of
from harness.metrics import metric_name
from harness.price import prices_of
from harness.rounds import lanes_of
from harness.traffic import deliveries_of, throughput_of
from harness.verdict import Verdict, judge, noise_floor_of

SCHEMA_VERSION = 1
DEFAULT_PRIMARY = ("response_p50",)
Trials = Sequence[Mapping[str, Any]]


def summarise(manifest: Mapping[str, Any], trials: Trials) -> dict[str, Any]:
    """The machine's view of a run: DESIGN.md's contract of summary.json, and what the report needs beside it."""
    experiment = manifest["experiment"]
    lanes = manifest.get("lanes") or lanes_of(experiment["baseline"], list(experiment["candidates"]))
    valid = [trial for trial in trials if not trial.get("void")]
    findings = _findings(manifest, lanes, trials)
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": manifest["run_id"],
        "created_at": manifest["created_at"],
        "status": manifest.get("status"),
        "experiment": experiment,
        "environment": manifest["environment"],
        "dataset": manifest["dataset"],
        "variants": manifest.get("variants", {}),
        "lanes": lanes,
        "answers": manifest.get("answers") or {},
        "findings": findings,
        "hypotheses": [_answer(hypothesis, findings) for hypothesis in experiment.get("hypotheses") or ()],
        "throughput": throughput_of(valid, lanes),
        "deliveries": deliveries_of(valid),
        **_evidence(manifest, valid),
        "trials": [_trial_line(trial) for trial in trials],
        "voided": [_trial_line(trial) | {"reason": trial["void"]} for trial in trials if trial.get("void")],
    }


def _evidence(manifest: Mapping[str, Any], valid: Trials) -> dict[str, Any]:
    baseline, examined = manifest["experiment"]["baseline"], examinations(valid)
    messages = (manifest["dataset"].get("rows") or {}).get("messages")
    return {
        "prices": prices_of(manifest, valid, examined, baseline),
        "plans": plans_of(examined, baseline),
        "plan_flips": flips_of(valid),
        "indexes": indexes_of(examined, valid, messages),
        "redis_families": redis_families_of(valid, examined),
    }


def _findings(manifest: Mapping[str, Any], lanes: Sequence[str], trials: Trials) -> list[dict[str, Any]]:
    experiment = manifest["experiment"]
    primary = {metric_name(name) for name in experiment.get("primary") or DEFAULT_PRIMARY}
    every = [
        comparison
        for scenario in experiment["scenarios"]
        if scenario.get("compare", True)
        for comparison in comparisons(scenario, experiment["baseline"], lanes, trials)
    ]
    barred = _disqualified(manifest)
    adjusted = _adjusted([c for c in every if c.candidate not in barred], primary)
    floors = {c.subject: noise_floor_of(c.estimate) for c in every if c.is_again}
    return [
        _finding(c, adjusted.get(id(c)), 0.0 if c.is_again else floors.get(c.subject), primary, manifest) for c in every
    ]


def _adjusted(every: Sequence[Comparison], primary: set[str]) -> dict[int, float]:
    """Holm over the primary metrics together and each other metric apart; the A/A lane has its own families."""
    families: dict[tuple[bool, str], list[Comparison]] = {}
    for comparison in every:
        if comparison.estimate is not None and comparison.is_carried:
            metric = comparison.metric.name
            families.setdefault((comparison.is_again, "primary" if metric in primary else metric), []).append(
                comparison
            )
    return {
        id(comparison): p
        for family in families.values()
        for comparison, p in zip(family, holm([c.estimate.p_value for c in family if c.estimate]), strict=True)
    }


def _finding(
    comparison: Comparison,
    p_adjusted: float | None,
    noise_floor: float | None,
    primary: set[str],
    manifest: Mapping[str, Any],
) -> dict[str, Any]:
    estimate, metric = comparison.estimate, comparison.metric
    judgement = judge(
        estimate,
        p_adjusted=p_adjusted,
        minimum_effect=manifest["experiment"].get("minimum_effect", 0.05),
        noise_floor=noise_floor,
    )
    barred = _disqualified(manifest).get(comparison.candidate)
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
        "noise_floor": noise_floor,
        "verdict": str(Verdict.unresolved if missing else judgement.verdict),
        "why": missing or judgement.why,
        "rounds": estimate.rounds if estimate else comparison.paired_rounds,
        "rounds_needed": None if missing else judgement.rounds_needed,
        "primary": metric.name in primary,
        "higher_is_better": False,
        "disqualified": barred is not None,
        "known_gaps": (manifest.get("variants", {}).get(comparison.candidate) or {}).get("known_gaps") or [],
    }


def _disqualified(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    """Lane → why: its answers are not the baseline's, so that its figures say nothing."""
    found: Mapping[str, str] = (manifest.get("answers") or {}).get("disqualified") or {}
    return found


def _answer(hypothesis: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    verdicts = list(_concerned(hypothesis, findings))
    expected = hypothesis.get("supports", "better")
    if not verdicts or any(verdict == Verdict.unresolved for verdict in verdicts):
        answer = "unresolved"
    else:
        answer = "supported" if all(verdict == expected for verdict in verdicts) else "refuted"
    why = f"expected {expected}; found {', '.join(verdicts) or 'no finding'}"
    return {key: hypothesis.get(key) for key in ("id", "claim", "source")} | {"answer": answer, "why": why}


def _concerned(hypothesis: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    metric = metric_name(hypothesis.get("metric") or DEFAULT_PRIMARY[0])
    wanted = {"candidate": hypothesis.get("candidate"), "operation": hypothesis.get("operation"), "metric": metric}
    for finding in findings:
        if all(value is None or finding[key] == value for key, value in wanted.items()):
            yield finding["verdict"]


def _trial_line(trial: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("trial", "round", "position", "lane", "variant", "scenario", "target", "seed", "started_at", "load", "void")
    return {key: trial.get(key) for key in kept} | {"generator": trial.get("generator")}
