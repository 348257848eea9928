"""Covariates: what happened beside a trial's window that may explain its numbers; what was not looked at is None."""

from collections.abc import Mapping
from typing import Any

from harness.metrics import Trial

#: Of the window's evidence.
_EVIDENCE = ("wal_bytes", "wal_image_bytes", "checkpoints", "autovacuums", "cache_hit_share")


def covariates_of(trial: Trial) -> dict[str, Any]:
    """One flat record: evidence, the machine, the generator, and how long each step took."""
    evidence, machine = trial.get("evidence") or {}, trial.get("machine") or {}
    return {
        **{key: evidence.get(key) for key in _EVIDENCE},
        **{key: value for key, value in machine.items() if isinstance(value, int | float)},
        "plan_flips": _flips(evidence),
        "errors": sum(operation.get("errors") or 0 for operation in (trial.get("operations") or {}).values()),
        "steps_s": trial.get("steps_s"),
    }


def _flips(evidence: Mapping[str, Any]) -> int | None:
    """Plans whose hash after the window is another than before it."""
    plans = evidence.get("plans") or {}
    flips = plans.get("flips")
    return None if flips is None else len(flips)
