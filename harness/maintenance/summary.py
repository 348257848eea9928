"""The jobs of a run's maintenance trials as the summary tells them: one entry for each job × variant, without sends."""

from collections.abc import Mapping, Sequence
from typing import Any

_HEADING = ("job", "summary", "source", "skipped", "failed")


def maintenance_of(trials: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """In the order of jobs, then of trials; a trial without maintenance has none."""
    found = [
        {"variant": trial["variant"], "trial": trial["trial"], **_entry(job)}
        for trial in trials
        for job in (trial.get("maintenance") or {}).get("jobs") or ()
    ]
    order = list(dict.fromkeys(entry["job"] for entry in found))
    return sorted(found, key=lambda entry: order.index(entry["job"]))


def _entry(job: Mapping[str, Any]) -> dict[str, Any]:
    if job.get("duration_s") is None:
        return {key: job.get(key) for key in _HEADING}
    given_back = job["database_bytes_before"] - job["database_bytes_after"]
    beside = job["wal_bytes"] - job["quiet_wal_bytes_per_s"] * job["duration_s"]
    return {**job, "given_back_bytes": given_back, "wal_bytes_beyond_sends": max(0.0, beside)}
