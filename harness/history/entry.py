"""An entry: what one run says of each variant, operation and metric, and under which conditions; pure."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import orjson

from harness.judging.comparison import TASK_PREFIX
from harness.judging.findings import primary_metrics
from harness.judging.metrics import METRICS
from harness.rounds import AGAIN
from harness.stored_runs.fingerprints import facts_of
from harness.stored_runs.sides import Run, by_round, values_of

#: What two runs must share for their values to be comparable; what else changed between them is told beside a change.
CONDITIONS = ("data", "settings", "hardware", "load")
TOLD = ("schema", "versions")


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One value of one run."""

    scenario: str
    target: str
    operation: str
    metric: str
    unit: str
    variant: str
    #: Median over the run's rounds.
    value: float
    rounds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One run in the history."""

    run_id: str
    #: ISO 8601, of the run's start.
    created_at: str
    #: What the user calls it: a commit, a release.
    label: str | None
    primary: tuple[str, ...]
    #: Part → fact → value, as fingerprints.py has them.
    facts: Mapping[str, Mapping[str, Any]]
    points: tuple[Point, ...]

    @property
    def called(self) -> str:
        """For people: name, day and label."""
        label = f" ({self.label})" if self.label else ""
        return f"{self.run_id} of {self.created_at[:10]}{label}"

    def conditions(self, scenario: str, target: str) -> Mapping[str, Mapping[str, Any]]:
        """Of the load only this scenario's."""
        offered = f"{scenario} on {target}, "
        load = {name: value for name, value in self.facts["load"].items() if name.startswith(offered)}
        return {part: load if part == "load" else self.facts[part] for part in CONDITIONS}

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def entry_of(manifest: Mapping[str, Any], trials: Sequence[Mapping[str, Any]], *, label: str | None = None) -> Entry:
    """What a finished run adds."""
    valid = [trial for trial in trials if not trial.get("void")]
    run = Run(name=str(manifest["run_id"]), manifest=manifest, trials=valid, floors={})
    return Entry(
        run_id=run.name,
        created_at=str(manifest["created_at"]),
        label=label,
        primary=tuple(primary_metrics(manifest)),
        # as it is read back: what JSON has no form for is text
        facts=orjson.loads(orjson.dumps(facts_of(manifest), default=str)),
        points=tuple(_points(run)),
    )


def entry_from(record: Mapping[str, Any]) -> Entry:
    """The entry of a line. Raises KeyError or TypeError when it is none."""
    return Entry(
        run_id=record["run_id"],
        created_at=record["created_at"],
        label=record["label"],
        primary=tuple(record["primary"]),
        facts={part: record["facts"][part] for part in (*CONDITIONS, *TOLD)},
        points=tuple(Point(**point) for point in record["points"]),
    )


def fingerprint_of(conditions: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(conditions, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()[:16]


def _points(run: Run) -> Iterator[Point]:
    subjects = dict.fromkeys(
        (trial["lane"].removesuffix(AGAIN), trial["scenario"], trial["target"], operation)
        for trial in run.trials
        for operation in trial["operations"]
        if not operation.startswith(TASK_PREFIX)
    )
    for variant, scenario, target, operation in subjects:
        rounds = by_round(run, variant, scenario, target)
        for metric in METRICS.values():
            values = values_of(rounds, metric, operation)
            if values:
                yield Point(
                    scenario=scenario,
                    target=target,
                    operation=operation,
                    metric=metric.name,
                    unit=metric.unit,
                    variant=variant,
                    value=median(values),
                    rounds=len(values),
                )
