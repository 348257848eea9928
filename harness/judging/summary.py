"""Summary: the trials of a run become findings, each with its interval and verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from harness.covariates.covariates import covariates_by_round, covariates_of
from harness.judging.answering import answers_of
from harness.judging.cautions import drift_rows, warnings_of
from harness.judging.comparison import Comparison
from harness.judging.examined import examinations, flips_of, indexes_of, plans_of, redis_families_of
from harness.judging.findings import (
    compared_scenarios,
    compared_with,
    disqualified_lanes,
    findings_of,
    minimum_effect,
    noise_floors,
    noise_of,
    primary_metrics,
    verdict_counts,
)
from harness.judging.freshness import fresh_warnings
from harness.judging.index_changes import index_changes_of
from harness.judging.latencies import latencies_of
from harness.judging.limited import limit_warnings
from harness.judging.measured import measured_of, uncompared_scenarios
from harness.judging.mix import mix_of, weighed
from harness.judging.occupancy import occupancy_of
from harness.judging.price import prices_of
from harness.judging.recommendation import recommend
from harness.judging.round_values import RoundTable, round_tables
from harness.judging.traffic import deliveries_of, replicas_of, throughput_of
from harness.maintenance.summary import maintenance_of
from harness.rounds import AGAIN, lanes_of
from harness.statistics.balance import balance_of
from harness.statistics.interactions import interactions
from harness.statistics.quantile_differences import quantile_differences
from harness.statistics.sequential import Look, level_at, looks, progress_of

SCHEMA_VERSION = 1
Trials = Sequence[Mapping[str, Any]]


def summarise(manifest: Mapping[str, Any], trials: Trials) -> dict[str, Any]:
    """The machine's view of a run: DESIGN.md's contract of summary.json, and what the report needs beside it."""
    experiment = manifest["experiment"]
    lanes = manifest.get("lanes") or lanes_of(experiment["baseline"], list(experiment["candidates"]))
    valid = [trial for trial in trials if not trial.get("void")]
    alpha = level_at(_looks(experiment), _rounds_run(trials))
    every = compared_with(manifest, experiment["baseline"], lanes, trials, alpha)
    floors = noise_floors(every)
    findings = findings_of(manifest, every, floors)
    tables = _tables(manifest, lanes, trials)
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
        **_statistics(manifest, lanes, trials, every, findings, tables, alpha),
        "hypotheses": answers_of(manifest, lanes, trials, findings, floors, alpha),
        **_decision(manifest, lanes, valid, findings, tables, alpha),
        "noise": noise_of(findings),
        "counts": verdict_counts(findings),
        "latencies": latencies_of([*compared_scenarios(manifest), *uncompared_scenarios(experiment)], lanes, valid),
        "measured": measured_of(uncompared_scenarios(experiment), lanes, valid),
        "throughput": throughput_of(valid, lanes),
        "deliveries": deliveries_of(valid),
        "replicas": replicas_of(valid),
        "maintenance": maintenance_of(valid),
        **_evidence(manifest, trials, valid),
        "covariates": covariates_by_round(compared_scenarios(manifest), lanes, trials),
        "occupancy": occupancy_of(compared_scenarios(manifest), valid),
        "trials": [_trial_line(trial) for trial in trials],
        "voided": [_trial_line(trial) | {"reason": trial["void"]} for trial in trials if trial.get("void")],
    }


def _tables(manifest: Mapping[str, Any], lanes: Sequence[str], trials: Trials) -> list[RoundTable]:
    """What each lane measured in each round, of the primary metrics."""
    primary = set(primary_metrics(manifest))
    return [table for one in compared_scenarios(manifest) for table in round_tables(one, lanes, trials, primary)]


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


def _statistics(
    manifest: Mapping[str, Any],
    lanes: Sequence[str],
    trials: Trials,
    every: Sequence[Comparison],
    findings: Sequence[Mapping[str, Any]],
    tables: Sequence[RoundTable],
    alpha: float,
) -> dict[str, Any]:
    """What is said of the rounds, beside the verdicts."""
    experiment, scenarios = manifest["experiment"], compared_scenarios(manifest)
    baseline = experiment["baseline"]
    drift, balance = drift_rows(every, set(primary_metrics(manifest))), balance_of(_order(scenarios, trials))
    return {
        "quantile_differences": [
            row for one in scenarios for row in quantile_differences(one, baseline, lanes, trials, alpha=alpha)
        ],
        "interactions": interactions(
            scenarios,
            baseline,
            lanes,
            trials,
            minimum_effect=minimum_effect(manifest),
            alpha=alpha,
        ),
        "round_values": [table.as_dict() for table in tables],
        "drift": drift,
        "order": balance and asdict(balance),
        "sequential": progress_of(_looks(experiment), _rounds_run(trials), findings),
        "warnings": [
            *fresh_warnings(manifest),
            *limit_warnings(manifest),
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
    tables: Sequence[RoundTable],
    alpha: float,
) -> dict[str, Any]:
    """The mix, each candidate's cost under it by the first primary metric, and what follows."""
    experiment, scenarios = manifest["experiment"], compared_scenarios(manifest)
    baseline, barred = experiment["baseline"], disqualified_lanes(manifest)
    metric, effect = primary_metrics(manifest)[0], minimum_effect(manifest)
    mix = mix_of(scenarios, baseline, valid)
    costs = weighed(
        mix,
        [table for table in tables if table.metric == metric],
        metric=metric,
        baseline=baseline,
        candidates=[lane for lane in lanes if lane.removesuffix(AGAIN) != baseline and lane not in barred],
        minimum_effect=effect,
        alpha=alpha,
    )
    chosen = recommend(costs, findings, baseline=baseline, minimum_effect=effect)
    return {"mix": mix.as_dict(), "weighed": costs, "recommendation": chosen}


def _order(scenarios: Sequence[Mapping[str, Any]], trials: Trials) -> list[list[str]]:
    """The lanes of each round as they ran, void ones too; every scenario has the same order."""
    name = scenarios[0]["name"] if scenarios else None
    rows: dict[int, list[tuple[int, str]]] = {}
    for trial in trials:
        if trial["scenario"] == name:
            rows.setdefault(trial["round"], []).append((trial["position"], trial["lane"]))
    return [[lane for _, lane in sorted(rows[number])] for number in sorted(rows)]


def _trial_line(trial: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("trial", "round", "position", "lane", "variant", "scenario", "target", "seed", "started_at", "load", "void")
    told = {"generator": trial.get("generator"), "covariates": covariates_of(trial)}
    return {key: trial.get(key) for key in kept} | told
