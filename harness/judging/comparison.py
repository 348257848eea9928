"""Comparisons: one metric of one operation in one lane, set against the baseline round by round."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from harness.judging.metrics import METRICS, Metric, Trial, sample_count, too_few
from harness.rounds import AGAIN, takes_part
from harness.statistics.estimate import ALPHA, Estimate, Logs, estimate_of, log_ratios

TASK_PREFIX = "task:"
#: A lane's value in each round, None where the round has none.
Values = list[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A candidate lane (or the A/A lane) against the baseline."""

    scenario: str
    target: str
    operation: str
    metric: Metric
    baseline: str
    candidate: str
    baseline_value: float | None
    candidate_value: float | None
    estimate: Estimate | None
    #: The paired log ratios behind it, in the order of rounds; None where there is no estimate.
    logs: Logs | None
    #: Rounds in which both sides have a value.
    paired_rounds: int
    #: The fewest samples of this operation in any trial of the lanes concerned; None without a trial.
    fewest_samples: int | None
    #: Of the lanes concerned, those whose trials are all void.
    without_trial: tuple[str, ...] = ()
    #: Of the lanes concerned, those that have had no turn yet: the run was interrupted, or goes on.
    to_come: tuple[str, ...] = ()

    @property
    def is_again(self) -> bool:
        return self.candidate.endswith(AGAIN)

    @property
    def is_carried(self) -> bool:
        """Whether each trial has enough samples for this metric to be judged."""
        return self.fewest_samples is not None and self.fewest_samples >= self.metric.judged_from

    @property
    def subject(self) -> tuple[str, str, str, str]:
        return (self.scenario, self.target, self.operation, self.metric.name)

    def missing_reason(self) -> str | None:
        """Why this cannot be judged whatever the estimate says; None when it can."""
        if self.to_come:
            return f"not measured yet in {' and '.join(self.to_come)}"
        if self.without_trial:
            return f"no valid trial of {' and '.join(self.without_trial)}"
        if self.paired_rounds == 0:
            return "no round has a value in each lane"
        if not self.is_carried:
            return too_few(self.fewest_samples or 0, self.metric)
        if self.estimate is None and self.paired_rounds > 1:
            return f"{self.metric.zero_says}: there is no ratio to 0"
        return None


def comparisons(
    scenario: Mapping[str, Any],
    baseline: str,
    lanes: Sequence[str],
    trials: Sequence[Trial],
    *,
    alpha: float = ALPHA,
) -> Iterator[Comparison]:
    """Every operation that the scenario recorded × lane × metric, with intervals of the level 1 − alpha."""
    name, target = scenario["name"], scenario["target"]
    lanes = takes_part(lanes, baseline, scenario.get("only") or ())
    recorded = [trial for trial in trials if trial["scenario"] == name and trial["target"] == target]
    operations = dict.fromkeys(o for trial in recorded for o in trial["operations"] if not o.startswith(TASK_PREFIX))
    by_lane: dict[str, dict[int, Trial]] = {lane: {} for lane in lanes}
    had_turn = {trial["lane"] for trial in recorded}
    for trial in recorded:
        if not trial.get("void") and trial["lane"] in by_lane:
            by_lane[trial["lane"]][trial["round"]] = trial
    rounds = sorted({trial["round"] for trial in recorded})
    for operation in operations:
        for candidate in (lane for lane in lanes if lane != baseline):
            for metric in METRICS.values():
                found = _compare(
                    scenario=name,
                    target=target,
                    operation=operation,
                    metric=metric,
                    baseline=baseline,
                    candidate=candidate,
                    by_lane=by_lane,
                    had_turn=had_turn,
                    rounds=rounds,
                    alpha=alpha,
                )
                if found.is_carried or not metric.only_when_carried:
                    yield found


def _compare(
    *,
    scenario: str,
    target: str,
    operation: str,
    metric: Metric,
    baseline: str,
    candidate: str,
    by_lane: Mapping[str, Mapping[int, Trial]],
    had_turn: Collection[str],
    rounds: Sequence[int],
    alpha: float,
) -> Comparison:
    def values(lane: str) -> Values:
        trials = by_lane.get(lane, {})
        return [metric.value(trials[r], operation) if r in trials else None for r in rounds]

    again = baseline + AGAIN
    compared_with = [baseline] if candidate == again or again not in by_lane else [baseline, again]
    theirs, ours = _geometric_mean([values(lane) for lane in compared_with]), values(candidate)
    lanes = (*compared_with, candidate)
    concerned = [trial for lane in lanes for trial in by_lane.get(lane, {}).values()]
    logs = log_ratios(ours, theirs)
    return Comparison(
        scenario=scenario,
        target=target,
        operation=operation,
        metric=metric,
        baseline=baseline,
        candidate=candidate,
        baseline_value=_median(theirs),
        candidate_value=_median(ours),
        estimate=None if logs is None else estimate_of(logs, alpha=alpha),
        logs=logs,
        paired_rounds=sum(c is not None and b is not None for c, b in zip(ours, theirs, strict=True)),
        fewest_samples=min((sample_count(trial, operation) for trial in concerned), default=None),
        without_trial=tuple(lane for lane in lanes if not by_lane.get(lane)),
        to_come=tuple(lane for lane in lanes if lane not in had_turn),
    )


def _geometric_mean(lanes: Sequence[Values]) -> Values:
    """The mean log of the lanes in each round; None in a round that misses one."""
    return [
        _mean_log([v for v in values if v is not None]) if None not in values else None
        for values in zip(*lanes, strict=True)
    ]


def _mean_log(values: Sequence[float]) -> float:
    return math.prod(values) ** (1 / len(values))


def _median(values: Values) -> float | None:
    present = [value for value in values if value is not None]
    return median(present) if present else None


def values_by_round(
    scenario: Mapping[str, Any], lanes: Sequence[str], trials: Sequence[Trial]
) -> Iterator[tuple[str, str, dict[str, Values]]]:
    """(operation, metric, each lane's values in the order of rounds) where every trial of these lanes carries them."""
    wanted = (scenario["name"], scenario["target"])
    recorded = [
        t for t in trials if (t["scenario"], t["target"]) == wanted and t["lane"] in lanes and not t.get("void")
    ]
    rounds = sorted({trial["round"] for trial in recorded})
    cells = {(trial["lane"], trial["round"]): trial for trial in recorded}
    operations = dict.fromkeys(o for trial in recorded for o in trial["operations"] if not o.startswith(TASK_PREFIX))
    for operation in operations:
        fewest = min(sample_count(trial, operation) for trial in recorded)
        for metric in (m for m in METRICS.values() if fewest >= m.judged_from):
            yield (
                operation,
                metric.name,
                {
                    lane: [metric.value(cells[lane, r], operation) if (lane, r) in cells else None for r in rounds]
                    for lane in lanes
                },
            )
