"""Covariates: what happened beside a trial's window that may explain its numbers; what was not looked at is None."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.judging.metrics import Trial

#: Of the window's evidence.
_EVIDENCE = ("wal_bytes", "wal_image_bytes", "checkpoints", "autovacuums", "cache_hit_share")
#: Of the load process itself.
_GENERATOR = ("send_lag_p99_us", "loop_lag_p99_us", "achieved_rate_share")
#: Shown round by round, with their units.
BY_ROUND: Mapping[str, str] = {
    "postgres_cpu_s": "s",
    "redis_cpu_s": "s",
    "servers_cpu_s": "s",
    "replica_cpu_s": "s",
    "generator_cpu_s": "s",
    "others_cpu_share": "share",
    "busy_share": "share",
    "steal_share": "share",
    "load_average": "count",
    "send_lag_p99_us": "us",
    "loop_lag_p99_us": "us",
    "cache_hit_share": "share",
    "postgres_disk_read_bytes": "bytes",
    "wal_bytes": "bytes",
    "checkpoints": "count",
    "autovacuums": "count",
    "plan_flips": "count",
}


def covariates_of(trial: Trial) -> dict[str, Any]:
    """One flat record: evidence, the machine, the generator, and how long each step took."""
    evidence, machine = trial.get("evidence") or {}, trial.get("machine") or {}
    generator = trial.get("generator") or {}
    return {
        **{key: evidence.get(key) for key in _EVIDENCE},
        **{key: value for key, value in machine.items() if isinstance(value, int | float)},
        **{key: generator.get(key) for key in _GENERATOR},
        "plan_flips": _flips(evidence),
        "errors": sum(operation.get("errors") or 0 for operation in (trial.get("operations") or {}).values()),
        "cache": trial.get("cache"),
        "steps_s": trial.get("steps_s"),
    }


def covariates_by_round(
    scenarios: Sequence[Mapping[str, Any]], lanes: Sequence[str], trials: Sequence[Trial]
) -> list[dict[str, Any]]:
    """A table for each compared scenario and covariate that any trial knows; void trials are in them too."""
    return [table for scenario in scenarios for table in _tables(scenario, lanes, trials)]


def _tables(scenario: Mapping[str, Any], lanes: Sequence[str], trials: Sequence[Trial]) -> Iterator[dict[str, Any]]:
    wanted = (scenario["name"], scenario["target"])
    known = {
        (trial["lane"], trial["round"]): covariates_of(trial)
        for trial in trials
        if (trial["scenario"], trial["target"]) == wanted
    }
    rounds = sorted({number for _, number in known})
    for name, unit in BY_ROUND.items():
        values = {lane: [known.get((lane, number), {}).get(name) for number in rounds] for lane in lanes}
        if any(value is not None for row in values.values() for value in row):
            where = {"scenario": wanted[0], "target": wanted[1]}
            yield where | {"covariate": name, "unit": unit, "rounds": rounds, "lanes": values}


def _flips(evidence: Mapping[str, Any]) -> int | None:
    """Plans whose hash after the window is another than before it."""
    plans = evidence.get("plans") or {}
    flips = plans.get("flips")
    return None if flips is None else len(flips)
