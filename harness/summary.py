"""Summary: the trials of a run become findings, each with its interval and verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from harness.answers import answer
from harness.balance import balance_of
from harness.cautions import drift_rows, warnings_of
from harness.comparison import Comparison, comparisons
from harness.covariates import covariates_by_round, covariates_of
from harness.estimate import holm
from harness.examined import examinations, flips_of, indexes_of, plans_of, redis_families_of
from harness.freshness import fresh_warnings
from harness.index_changes import index_changes_of
from harness.interactions import interactions
from harness.latencies import latencies_of
from harness.maintenance.summary import maintenance_of
from harness.metrics import metric_name
from harness.mix import mix_of, weighed
from harness.occupancy import occupancy_of
from harness.price import prices_of
from harness.quantile_differences import quantile_differences
from harness.recommendation import recommend
from harness.round_values import round_tables
from harness.rounds import AGAIN, lanes_of
from harness.sequential import Look, level_at, looks, progress_of
from harness.traffic import deliveries_of, replicas_of, throughput_of
from harness.verdict import Verdict, judge, noise_floor_of

SCHEMA_VERSION = 1
DEFAULT_PRIMARY = ("response_p50",)
Trials = Sequence[Mapping[str, Any]]


def summarise(manifest: Mapping[str, Any], trials: Trials) -> dict[str, Any]:
    """The machine's view of a run: DESIGN.md's contract of summary.json, and what the report needs beside it."""
    experiment = manifest["experiment"]
    lanes = manifest.get("lanes") or lanes_of(experiment["baseline"], list(experiment["candidates"]))
    valid = [trial for trial in trials if not trial.get("void")]
    alpha = level_at(_looks(experiment), _rounds_run(trials))
    every = _comparisons(manifest, lanes, trials, alpha)
    findings = _findings(manifest, every)
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": manifest["run_id"],
        "created_at": manifest["created_at"],
        "status": manifest.get("status"),
        "experiment": experiment,
        "environment": manifest["environment"],
        "ceiling": manifest.get("ceiling") or [],
        "dataset": manifest["dataset"],
        "variants": manifest.get("variants", {}),
        "lanes": lanes,
        "answers": manifest.get("answers") or {},
        "findings": findings,
        **_statistics(manifest, lanes, trials, every, findings, alpha),
        "hypotheses": _answers(manifest, lanes, trials, every, findings, alpha),
        **_decision(manifest, lanes, valid, findings, alpha),
        "noise": _noise(findings),
        "counts": _counts(findings),
        "latencies": latencies_of(_compared(manifest), lanes, valid),
        "throughput": throughput_of(valid, lanes),
        "deliveries": deliveries_of(valid),
        "replicas": replicas_of(valid),
        "maintenance": maintenance_of(valid),
        **_evidence(manifest, trials, valid),
        "covariates": covariates_by_round(_compared(manifest), lanes, trials),
        "occupancy": occupancy_of(_compared(manifest), valid),
        "trials": [_trial_line(trial) for trial in trials],
        "voided": [_trial_line(trial) | {"reason": trial["void"]} for trial in trials if trial.get("void")],
    }


def _evidence(manifest: Mapping[str, Any], trials: Trials, valid: Trials) -> dict[str, Any]:
    baseline, examined = manifest["experiment"]["baseline"], examinations(trials)
    messages = (manifest["dataset"].get("rows") or {}).get("messages")
    indexes = indexes_of(examined, valid, messages)
    return {
        "prices": prices_of(manifest, valid, examined, baseline),
        "plans": plans_of(examined, baseline),
        "plan_flips": flips_of(valid),
        "indexes": indexes,
        "index_changes": index_changes_of(indexes, baseline),
        "redis_families": redis_families_of(valid, examined),
    }


def _looks(experiment: Mapping[str, Any]) -> tuple[Look, ...]:
    return looks(experiment.get("rounds") or 1, experiment.get("max_rounds"))


def _rounds_run(trials: Trials) -> int:
    return max((trial["round"] for trial in trials), default=0)


def _compared(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [scenario for scenario in manifest["experiment"]["scenarios"] if scenario.get("compare", True)]


def _primary(manifest: Mapping[str, Any]) -> set[str]:
    return {metric_name(name) for name in manifest["experiment"].get("primary") or DEFAULT_PRIMARY}


def _comparisons(
    manifest: Mapping[str, Any], lanes: Sequence[str], trials: Trials, alpha: float, baseline: str | None = None
) -> list[Comparison]:
    against = baseline or manifest["experiment"]["baseline"]
    return [c for scenario in _compared(manifest) for c in comparisons(scenario, against, lanes, trials, alpha=alpha)]


def _floors(every: Sequence[Comparison]) -> dict[tuple[str, str, str, str], float | None]:
    return {c.subject: noise_floor_of(c.estimate) for c in every if c.is_again}


def _findings(
    manifest: Mapping[str, Any],
    every: Sequence[Comparison],
    floors: Mapping[tuple[str, str, str, str], float | None] | None = None,
) -> list[dict[str, Any]]:
    primary, barred = _primary(manifest), _disqualified(manifest)
    adjusted = _adjusted([c for c in every if c.candidate not in barred and c.baseline not in barred], primary)
    known = _floors(every) if floors is None else floors
    return [
        _finding(c, adjusted.get(id(c)), 0.0 if c.is_again else known.get(c.subject), primary, manifest) for c in every
    ]


def _statistics(
    manifest: Mapping[str, Any],
    lanes: Sequence[str],
    trials: Trials,
    every: Sequence[Comparison],
    findings: Sequence[Mapping[str, Any]],
    alpha: float,
) -> dict[str, Any]:
    """What is said of the rounds, beside the verdicts."""
    experiment, scenarios = manifest["experiment"], _compared(manifest)
    baseline = experiment["baseline"]
    primary = _primary(manifest)
    tables = [table for scenario in scenarios for table in round_tables(scenario, lanes, trials, primary)]
    drift, balance = drift_rows(every, primary), balance_of(_order(scenarios, trials))
    return {
        "quantile_differences": [
            row for one in scenarios for row in quantile_differences(one, baseline, lanes, trials, alpha=alpha)
        ],
        "interactions": interactions(
            scenarios,
            baseline,
            lanes,
            trials,
            minimum_effect=experiment.get("minimum_effect", 0.05),
            alpha=alpha,
        ),
        "round_values": [table.as_dict() for table in tables],
        "drift": drift,
        "order": balance and asdict(balance),
        "sequential": progress_of(_looks(experiment), _rounds_run(trials), findings),
        "warnings": [
            *fresh_warnings(manifest),
            *warnings_of(
                trials=trials,
                tables=tables,
                drift=drift,
                findings=findings,
                balance=balance,
                cores=manifest["environment"].get("cores"),
            ),
        ],
    }


def _decision(
    manifest: Mapping[str, Any],
    lanes: Sequence[str],
    valid: Trials,
    findings: Sequence[Mapping[str, Any]],
    alpha: float,
) -> dict[str, Any]:
    """The mix, each candidate's cost under it by the first primary metric, and what follows."""
    experiment, scenarios = manifest["experiment"], _compared(manifest)
    baseline, barred = experiment["baseline"], _disqualified(manifest)
    metric = metric_name((experiment.get("primary") or DEFAULT_PRIMARY)[0])
    effect = experiment.get("minimum_effect", 0.05)
    mix = mix_of(scenarios, baseline, valid)
    costs = weighed(
        mix,
        [table for scenario in scenarios for table in round_tables(scenario, lanes, valid, {metric})],
        metric=metric,
        baseline=baseline,
        candidates=[lane for lane in lanes if lane.removesuffix(AGAIN) != baseline and lane not in barred],
        minimum_effect=effect,
        alpha=alpha,
    )
    chosen = recommend(costs, findings, baseline=baseline, minimum_effect=effect)
    return {"mix": mix.as_dict(), "weighed": costs, "recommendation": chosen}


def _counts(findings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
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


def _noise(findings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The noise floors of the judged primary findings."""
    floors = [f["noise_floor"] for f in findings if f["primary"] and f["noise_floor"] and f["p_adjusted"] is not None]
    return {"median": median(floors) if floors else None, "most": max(floors, default=None)}


def _order(scenarios: Sequence[Mapping[str, Any]], trials: Trials) -> list[list[str]]:
    """The lanes of each round as they ran, void ones too; every scenario has the same order."""
    name = scenarios[0]["name"] if scenarios else None
    rows: dict[int, list[tuple[int, str]]] = {}
    for trial in trials:
        if trial["scenario"] == name:
            rows.setdefault(trial["round"], []).append((trial["position"], trial["lane"]))
    return [[lane for _, lane in sorted(rows[number])] for number in sorted(rows)]


def _answers(
    manifest: Mapping[str, Any],
    lanes: Sequence[str],
    trials: Trials,
    every: Sequence[Comparison],
    findings: Sequence[Mapping[str, Any]],
    alpha: float,
) -> list[dict[str, Any]]:
    """Each hypothesis against the findings of its own comparison."""
    experiment, floors = manifest["experiment"], _floors(every)

    def concerned(claim: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        against, candidate = claim.get("against"), claim.get("candidate")
        if against in (None, experiment["baseline"]) or against not in lanes:
            return findings
        pair = _comparisons(manifest, [str(against), str(candidate)], trials, alpha, baseline=str(against))
        return _findings(manifest, pair, floors)

    return [
        answer(
            claim,
            concerned(claim),
            dataset=manifest["dataset"]["name"],
            lanes=lanes,
            minimum_effect=experiment.get("minimum_effect", 0.05),
        )
        for claim in experiment.get("hypotheses") or ()
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
    disqualified = _disqualified(manifest)
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
        "primary": metric.name in primary,
        "higher_is_better": False,
        "disqualified": barred is not None,
        "known_gaps": (manifest.get("variants", {}).get(comparison.candidate) or {}).get("known_gaps") or [],
    }


def _disqualified(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    """Lane → why: its answers are not the baseline's, so that its figures say nothing."""
    found: Mapping[str, str] = (manifest.get("answers") or {}).get("disqualified") or {}
    return found


def _trial_line(trial: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("trial", "round", "position", "lane", "variant", "scenario", "target", "seed", "started_at", "load", "void")
    told = {"generator": trial.get("generator"), "covariates": covariates_of(trial)}
    return {key: trial.get(key) for key in kept} | told
