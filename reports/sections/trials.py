"""Trials: which were void and why, what went on beside each window, and how the load generator fared."""

import pandas as pd

from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import MISSING, amount, duration, percent, size

#: Covariate → column and how its values are worded; others are shown as numbers under their own names.
COVARIATES = {
    "wal_bytes": ("WAL", size),
    "wal_image_bytes": ("page images", size),
    "checkpoints": ("checkpoints", amount),
    "autovacuums": ("autovacuums", amount),
    "cache_hit_share": ("buffer hits", percent),
    "plan_flips": ("plan flips", amount),
    "errors": ("errors", amount),
    "load_average": ("load average", amount),
}
#: Shown in the load generator's own table.
_GENERATOR = ("send_lag_p99_us", "loop_lag_p99_us", "achieved_rate_share")


def build(run: StoredRun) -> Section | None:
    trials = run.summary["trials"]
    if not trials:
        return None
    voided = [_row(trial) | {"reason": trial["reason"]} for trial in run.summary["voided"]]
    return Section(
        anchor="trials",
        title="Trials",
        body=fill(
            "sections/trials.html.j2",
            voided=table(pd.DataFrame(voided), "Void trials: left out of every verdict") if voided else None,
            covariates=table(_covariates(trials), "What went on beside each window, in the order run"),
            generator=table(pd.DataFrame([_row(t) | _generator(t) for t in trials]), "The load generator"),
            steps=table(_steps(trials), "Seconds of each step of a trial"),
        ),
    )


def _row(trial: Json) -> dict[str, str]:
    return {
        "trial": str(trial["trial"]),
        "round": amount(trial.get("round")),
        "lane": str(trial["lane"]),
        "scenario": str(trial["scenario"]),
        "void": "void" if trial.get("void") else MISSING,
    }


def _covariates(trials: list[Json]) -> pd.DataFrame:
    """Columns that no trial knows are left out, and so are those of the load generator."""
    told = [
        {k: v for k, v in (t.get("covariates") or {}).items() if isinstance(v, int | float) and k not in _GENERATOR}
        for t in trials
    ]
    known = list(dict.fromkeys(key for one in told for key in one))
    rows = [dict(_covariate(key, one.get(key)) for key in known) for one in told]
    return pd.DataFrame([_row(trial) | row for trial, row in zip(trials, rows, strict=True)])


def _covariate(key: str, value: float | None) -> tuple[str, str]:
    if key in COVARIATES:
        name, say = COVARIATES[key]
        return name, say(value)
    say = percent if key.endswith("_share") else size if key.endswith("_bytes") else amount
    return key.removesuffix("_share").removesuffix("_bytes").replace("_", " "), say(value)


def _generator(trial: Json) -> dict[str, str]:
    generator = trial.get("generator") or {}
    return {
        "own CPU": percent(generator.get("cpu_share")),
        "loop lag p99": duration(generator.get("loop_lag_p99_us")),
        "send lag p99": duration(generator.get("send_lag_p99_us")),
        "rate reached": percent(generator.get("achieved_rate_share")),
    }


def _steps(trials: list[Json]) -> pd.DataFrame:
    told = [(t.get("covariates") or {}).get("steps_s") or {} for t in trials]
    names = list(dict.fromkeys(name for one in told for name in one))
    return pd.DataFrame(
        [_row(t) | {name: _seconds(one.get(name)) for name in names} for t, one in zip(trials, told, strict=True)]
    )


def _seconds(value: float | None) -> str:
    return MISSING if value is None else f"{value:.2f}"
