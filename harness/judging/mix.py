"""The mix: how often clients asked for each operation, which of them change something, what a lane costs under it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.judging.comparison import TASK_PREFIX, Values
from harness.judging.metrics import Trial
from harness.judging.round_values import RoundTable
from harness.rounds import AGAIN
from harness.statistics.estimate import Estimate, holm, paired_ratio
from harness.statistics.verdict import judge, noise_floor_of

#: Operations that change what is stored, in PostgreSQL or in Redis; every other one reads.
WRITES = frozenset(
    {
        *("open_conversation", "send", "mark_read", "delete_message"),
        *("heartbeat", "go_offline", "block_add", "block_remove"),
    }
)
#: What is weighed: every call together, then reads and writes apart.
KINDS = ("all", "read", "write")
_Subject = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Calls of each operation in the baseline's windows."""

    #: (scenario, target, operation) → calls.
    calls: Mapping[_Subject, int]

    def of(self, kind: str) -> dict[_Subject, int]:
        """The calls of one kind."""
        return {subject: count for subject, count in self.calls.items() if kind in ("all", kind_of(subject[2]))}

    def as_dict(self) -> dict[str, Any]:
        """Counts and shares; a share of nothing is None."""
        total, reads = sum(self.calls.values()), sum(self.of("read").values())
        return {
            "calls": total,
            "reads": reads,
            "writes": total - reads,
            "read_share": reads / total if total else None,
            "write_share": (total - reads) / total if total else None,
            "operations": [
                {
                    "scenario": subject[0],
                    "target": subject[1],
                    "operation": subject[2],
                    "kind": kind_of(subject[2]),
                    "calls": count,
                    "share": count / total,
                }
                for subject, count in self.calls.items()
            ],
        }


def kind_of(operation: str) -> str:
    return "write" if operation in WRITES else "read"


def mix_of(scenarios: Sequence[Mapping[str, Any]], baseline: str, trials: Iterable[Trial]) -> Mix:
    """Counted in the valid windows of the baseline's lanes: every lane gets the same tasks."""
    compared = {(scenario["name"], scenario["target"]) for scenario in scenarios}
    calls: dict[_Subject, int] = {}
    for trial in trials:
        if trial["lane"].removesuffix(AGAIN) != baseline or (trial["scenario"], trial["target"]) not in compared:
            continue
        for operation, recorded in trial["operations"].items():
            if recorded["count"] and not operation.startswith(TASK_PREFIX):
                subject = (trial["scenario"], trial["target"], operation)
                calls[subject] = calls.get(subject, 0) + recorded["count"]
    return Mix(calls=calls)


def weighed(
    mix: Mix,
    tables: Sequence[RoundTable],
    *,
    metric: str,
    baseline: str,
    candidates: Sequence[str],
    minimum_effect: float,
    alpha: float,
) -> list[dict[str, Any]]:
    """Each candidate's cost of a mean call, against the baseline's, judged as any other metric is.

    A lane's cost in a round is Σ share × value over the operations that every trial carries; rounds stay the sample.
    """
    known = {(t.scenario, t.target, t.operation): t for t in tables if t.metric == metric}
    rows: list[dict[str, Any]] = []
    for kind in KINDS:
        calls = mix.of(kind)
        carried = {subject: count for subject, count in calls.items() if subject in known}
        if carried:
            costs = _costs(carried, known, [baseline, baseline + AGAIN, *candidates])
            found = _judged(costs, baseline, candidates, minimum_effect, alpha)
            share = sum(carried.values()) / sum(calls.values())
            rows += [{"kind": kind, "metric": metric, "covered_share": share} | row for row in found]
    return rows


def _costs(
    calls: Mapping[_Subject, int], tables: Mapping[_Subject, RoundTable], lanes: Sequence[str]
) -> dict[str, dict[int, float]]:
    """Lane → round → cost of a mean call; a round that misses an operation is left out."""
    total = sum(calls.values())
    costs: dict[str, dict[int, float]] = {}
    for lane in lanes:
        by_subject = [
            dict(zip(table.rounds, table.lanes.get(lane, ()), strict=False))
            for table in (tables[subject] for subject in calls)
        ]
        shares = [count / total for count in calls.values()]
        rounds = set.intersection(*({n for n, v in values.items() if v is not None} for values in by_subject))
        costs[lane] = {
            n: sum(share * (values[n] or 0.0) for share, values in zip(shares, by_subject, strict=True)) for n in rounds
        }
    return costs


def _judged(
    costs: Mapping[str, Mapping[int, float]],
    baseline: str,
    candidates: Sequence[str],
    minimum_effect: float,
    alpha: float,
) -> Iterator[dict[str, Any]]:
    floor = noise_floor_of(ratio_of(costs[baseline + AGAIN], [costs[baseline]], alpha=alpha))
    base = [costs[baseline], costs[baseline + AGAIN]] if costs[baseline + AGAIN] else [costs[baseline]]
    found = {lane: ratio_of(costs[lane], base, alpha=alpha) for lane in candidates}
    known = {lane: estimate for lane, estimate in found.items() if estimate}
    adjusted = dict(zip(known, holm([estimate.p_value for estimate in known.values()]), strict=True))
    for lane, estimate in known.items():
        judgement = judge(estimate, p_adjusted=adjusted[lane], minimum_effect=minimum_effect, noise_floor=floor)
        yield {
            "baseline": baseline,
            "candidate": lane,
            "ratio": estimate.value,
            "ratio_low": estimate.low,
            "ratio_high": estimate.high,
            "p_adjusted": adjusted[lane],
            "noise_floor": floor,
            "verdict": str(judgement.verdict),
            "why": judgement.why,
            "rounds": estimate.rounds,
            "rounds_needed": judgement.rounds_needed,
            "costs_by_round": {str(number): cost for number, cost in sorted(costs[lane].items())},
        }


def ratio_of(ours: Mapping[int, float], theirs: Sequence[Mapping[int, float]], *, alpha: float) -> Estimate | None:
    """Paired by round, against the geometric mean of the lanes of `theirs`."""
    rounds = sorted(set(ours).intersection(*theirs))
    base: Values = []
    for number in rounds:
        product = 1.0
        for costs in theirs:
            product *= costs[number]
        base.append(product ** (1 / len(theirs)))
    return paired_ratio([ours[number] for number in rounds], base, alpha=alpha)
