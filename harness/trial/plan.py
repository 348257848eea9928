"""A trial's plan: what one trial is to measure."""

from dataclasses import dataclass, field

from datasets.shape import Dataset
from harness.conditions import Conditions
from harness.evidence.examiner import Examiner
from harness.experiment import ScenarioLoad
from harness.snapshots import Snapshot


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
