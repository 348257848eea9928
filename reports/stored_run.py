"""The stored run that a report tells of: manifest, summary and trials, read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.judging.measured import uncompared_scenarios
from harness.judging.summary import summarise
from harness.run_folder import RunFolder
from harness.statistics.estimate import ALPHA
from reports.wording import listed

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """What the sections read."""

    manifest: Json
    summary: Json
    trials: Sequence[Json]
    sweeps: Sequence[Json] = ()

    @property
    def lanes(self) -> list[str]:
        return list(self.summary["lanes"])

    @property
    def baseline(self) -> str:
        return str(self.summary["experiment"]["baseline"])

    @property
    def question(self) -> str:
        """What a run of flags asks is known from its lanes."""
        experiment = self.summary["experiment"]
        if experiment.get("question"):
            return str(experiment["question"])
        if experiment["candidates"]:
            return f"How do {listed([experiment['baseline'], *experiment['candidates']], most=4)} compare?"
        targets = dict.fromkeys(load["target"] for load in experiment["scenarios"])
        # at somebody else's server the variant is no more than a label
        if targets and not targets.keys() & {"direct", "server"}:
            return f"How does the server at {listed(list(targets))} answer?"
        return f"What does {experiment['baseline']} cost?"

    @property
    def alpha(self) -> float:
        """Intervals hold the truth in 1 − alpha; a look of a sequential run has its share of the 5 %."""
        return float((self.summary.get("sequential") or {}).get("alpha") or ALPHA)

    @property
    def rounds_run(self) -> int:
        """As far as any trial went, void ones too."""
        return max((trial["round"] for trial in self.summary["trials"]), default=0)

    @property
    def valid_trials(self) -> list[Json]:
        return [trial for trial in self.trials if not trial.get("void")]

    @property
    def compared(self) -> list[tuple[str, str]]:
        """(scenario, target) of each compared scenario."""
        scenarios = self.summary["experiment"]["scenarios"]
        return [(s["name"], s["target"]) for s in scenarios if s.get("compare", True)]

    @property
    def measured(self) -> list[tuple[str, str]]:
        """The compared ones, and those that ran for their numbers."""
        return [*self.compared, *((s["name"], s["target"]) for s in uncompared_scenarios(self.summary["experiment"]))]

    def findings(self, scenario: str, target: str, metric: str) -> list[Json]:
        wanted = (scenario, target, metric)
        return [f for f in self.summary["findings"] if (f["scenario"], f["target"], f["metric"]) == wanted]

    def metrics(self, *, primary: bool) -> list[str]:
        """Metrics that have findings, in the order of the summary."""
        return list(dict.fromkeys(f["metric"] for f in self.summary["findings"] if f["primary"] is primary))

    def trials_of(self, scenario: str, target: str, lane: str) -> list[Json]:
        wanted = (scenario, target, lane)
        return [t for t in self.valid_trials if (t["scenario"], t["target"], t["lane"]) == wanted]


def read_run(path: Path) -> StoredRun:
    """Read a run folder; a run that was cut short, or went on since, is summarised from its trials."""
    folder = RunFolder.open(path)
    manifest, trials = folder.read_manifest(), folder.read_trials()
    summary = folder.read_summary() if folder.summary_path.exists() else None
    if summary is None or len(summary["trials"]) != len(trials):
        summary = summarise(manifest, trials)
    return StoredRun(manifest=manifest, summary=summary, trials=trials, sweeps=folder.read_sweeps())
