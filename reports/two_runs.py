"""The two compared runs that a report tells of: their summary, and both sides for the pictures."""

from dataclasses import dataclass

from harness.stored_runs.sides import Run
from reports.stored_run import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoRuns:
    """What the sections read."""

    summary: Json
    before: Run
    after: Run

    @property
    def variants(self) -> list[str]:
        return list(self.summary["variants"])

    def metrics(self, *, primary: bool) -> list[str]:
        """Metrics that have findings, in the order of the summary."""
        return list(dict.fromkeys(f["metric"] for f in self.summary["findings"] if f["primary"] is primary))

    def tables(self, *, primary: bool) -> dict[tuple[str, str, str], list[Json]]:
        """Findings by (metric, scenario, target), their variants in the candidate's place."""
        found: dict[tuple[str, str, str], list[Json]] = {}
        for metric in self.metrics(primary=primary):
            for f in self.summary["findings"]:
                if f["metric"] == metric:
                    place = (metric, f["scenario"], f["target"])
                    found.setdefault(place, []).append({**f, "candidate": f["variant"]})
        return found
