"""Measured: what each operation cost where a scenario ran for its numbers, with nothing to compare them with."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from harness.judging.comparison import TASK_PREFIX
from harness.judging.metrics import METRICS, Trial, sample_count

#: Its sends are told beside the jobs.
_JOBS = "maintenance"


def uncompared_scenarios(experiment: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Those that ran once, for their numbers."""
    return [one for one in experiment["scenarios"] if not one.get("compare", True) and one["name"] != _JOBS]


def measured_of(
    scenarios: Sequence[Mapping[str, Any]], lanes: Sequence[str], trials: Sequence[Trial]
) -> list[dict[str, Any]]:
    """A row for each operation × lane: its samples, and the median of each metric, None where no trial has it."""
    return [row for scenario in scenarios for lane in lanes for row in _rows(scenario, lane, trials)]


def _rows(scenario: Mapping[str, Any], lane: str, trials: Sequence[Trial]) -> Iterator[dict[str, Any]]:
    subject = {"scenario": scenario["name"], "target": scenario["target"], "lane": lane}
    own = [trial for trial in trials if all(trial[key] == value for key, value in subject.items())]
    for operation in dict.fromkeys(o for trial in own for o in trial["operations"] if not o.startswith(TASK_PREFIX)):
        values = {name: [metric.value(trial, operation) for trial in own] for name, metric in METRICS.items()}
        yield (
            subject
            | {"operation": operation, "samples": sum(sample_count(trial, operation) for trial in own)}
            | {name: _median(found) for name, found in values.items()}
        )


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
