"""A trial's plan: what one trial is to measure."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from datasets.shape import Dataset
from harness.conditions import Conditions
from harness.evidence.examiner import Examiner
from harness.experiment import ScenarioLoad
from harness.seeding.snapshots import Snapshot


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialPlan:
    """What one trial is to measure."""

    trial: str
    round: int
    position: int
    lane: str
    snapshot: Snapshot
    load: ScenarioLoad
    seed: int
    dataset: Dataset
    connections: int
    conditions: Conditions = field(default_factory=Conditions)
    #: Asks about plans around the window; None: only counters are read.
    examiner: Examiner | None = None


def heading_of(plan: TrialPlan) -> dict[str, Any]:
    """What is known of a trial before it runs: the first fields of its record."""
    load = plan.load
    return {
        "trial": plan.trial,
        "round": plan.round,
        "position": plan.position,
        "lane": plan.lane,
        "variant": plan.snapshot.variant,
        "scenario": load.name,
        "target": load.target,
        "seed": plan.seed,
        "started_at": datetime.now(UTC).isoformat(),
        "load": {
            "users": load.users,
            "rate_per_s": load.rate_per_s,
            "arrivals": load.arrivals,
            "warmup_s": load.warmup_s,
            "window_s": load.window_s,
            "compare": load.compare,
        },
    }
