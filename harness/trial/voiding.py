"""What makes a trial void: a saturated generator, errors, a checkpoint. Said with the trial, never dropped silently."""

from collections.abc import Mapping
from typing import Any

from harness.conditions import VoidRules
from harness.judging.comparison import TASK_PREFIX

#: Above it the generator's own queueing is in the response times.
MAX_CPU_SHARE = 0.9
MAX_LOOP_LAG_P99_US = 20_000
MIN_ACHIEVED_SHARE = 0.98
_PLAIN = VoidRules()


def why_void(
    outcome: Mapping[str, Any], evidence: Mapping[str, Any] | None, *, closed_loop: bool, rules: VoidRules = _PLAIN
) -> str | None:
    """The reasons, or None for a trial that counts. A closed loop saturates by design: CPU does not void it."""
    generator = outcome["generator"]
    reasons: list[str] = []
    if not closed_loop and (generator["cpu_share"] or 0) > MAX_CPU_SHARE:
        reasons.append(f"the load generator used {generator['cpu_share']:.0%} of a core (above {MAX_CPU_SHARE:.0%})")
    if not closed_loop and (generator["loop_lag_p99_us"] or 0) > MAX_LOOP_LAG_P99_US:
        reasons.append(f"the generator's event loop lagged {generator['loop_lag_p99_us'] / 1000:.1f} ms at p99")
    achieved = generator["achieved_rate_share"]
    if achieved is None:
        reasons.append("no task was due in the window")
    elif achieved < MIN_ACHIEVED_SHARE:
        reasons.append(f"only {achieved:.1%} of the tasks that were due were started")
    reasons += _error_reasons(outcome, rules.max_error_share)
    if not rules.allow_plan_flips:
        reasons += _flip_reasons(evidence or {})
    if evidence and evidence["checkpoints"] and not rules.allow_checkpoints:
        reasons.append(f"{evidence['checkpoints']} checkpoint(s) fell into the window")
    return "; ".join(reasons) or None


def _flip_reasons(evidence: Mapping[str, Any]) -> list[str]:
    """Plans that the load ran by: before and after the flip the lane was two different things."""
    flips = (evidence.get("plans") or {}).get("flips") or ()
    flipped = sorted(flip["plan"].replace("|", ", ") for flip in flips if _was_run(flip["plan"], evidence))
    return [f"the plan of {'; '.join(flipped)} flipped in the window"] if flipped else []


def _was_run(plan: str, evidence: Mapping[str, Any]) -> bool:
    """Whether the window executed the statement by this kind of plan; where nobody counted kinds, whether at all."""
    slot, _, kind = plan.split("|")
    if not (((evidence.get("statements") or {}).get(slot)) or {}).get("calls"):
        return False
    kinds = (evidence.get("prepared_plans") or {}).get(slot)
    return kinds is None or bool(kinds.get(kind))


def _error_reasons(outcome: Mapping[str, Any], most: float) -> list[str]:
    # a task that went well is no call of its own; one that failed by itself is a call that could not be made
    calls = sum(
        entry["errors"] + (0 if name.startswith(TASK_PREFIX) else entry["count"])
        for name, entry in outcome["operations"].items()
    )
    errors = sum(entry["errors"] for entry in outcome["operations"].values())
    if not calls or errors / calls <= most:
        return []
    kinds = {kind for entry in outcome["operations"].values() for kind in entry["error_kinds"]}
    return [f"{errors} of {calls} calls failed ({', '.join(sorted(kinds))})"]
