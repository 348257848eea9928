"""Trials: which were void and why, and how the load generator fared in the others."""

import pandas as pd

from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import MISSING, duration, percent


def build(run: StoredRun) -> Section | None:
    if not run.summary["trials"]:
        return None
    voided = [_row(trial) | {"reason": trial["reason"]} for trial in run.summary["voided"]]
    void_table = table(pd.DataFrame(voided), "Void trials: kept on disk, left out of every verdict") if voided else None
    trials = table(
        pd.DataFrame([_row(t) | _generator(t) for t in run.summary["trials"]]), "All trials, in the order run"
    )
    return Section(
        anchor="trials", title="Trials", body=fill("sections/trials.html.j2", voided=void_table, trials=trials)
    )


def _row(trial: Json) -> dict[str, str]:
    return {
        "trial": str(trial["trial"]),
        "lane": str(trial["lane"]),
        "scenario": str(trial["scenario"]),
    }


def _generator(trial: Json) -> dict[str, str]:
    generator = trial.get("generator") or {}
    return {
        "own CPU": percent(generator.get("cpu_share")),
        "loop lag p99": duration(generator.get("loop_lag_p99_us")),
        "send lag p99": duration(generator.get("send_lag_p99_us")),
        "rate reached": percent(generator.get("achieved_rate_share")),
        "void": "void" if trial.get("void") else MISSING,
    }
