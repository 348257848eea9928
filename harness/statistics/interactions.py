"""Interactions: in a 2×2 of lanes, whether two changes together do more or less than each alone would add up to."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from harness.judging.comparison import Values, values_by_round
from harness.judging.metrics import METRICS, Trial
from harness.rounds import AGAIN
from harness.statistics.estimate import ALPHA, Logs, estimate_of, holm, log_ratios


def squares(baseline: str, lanes: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """(first, second, both) of each 2×2 over the baseline, by the parts of their names: a, b and a+b, or with p+ ahead.

    The common part of the two must be the baseline, or nothing where they are complete variants themselves.
    """
    parts = {lane: frozenset(lane.split("+")) for lane in lanes if lane != baseline and not lane.endswith(AGAIN)}
    base = frozenset(baseline.split("+"))
    for first, second in combinations(parts, 2):
        shared, union = parts[first] & parts[second], parts[first] | parts[second]
        if shared not in (base, frozenset()) or union in (parts[first], parts[second]):
            continue
        yield from ((first, second, both) for both, named in parts.items() if named == union)


def interactions(
    scenarios: Sequence[Mapping[str, Any]],
    baseline: str,
    lanes: Sequence[str],
    trials: Sequence[Trial],
    *,
    minimum_effect: float,
    alpha: float = ALPHA,
) -> list[dict[str, Any]]:
    """For each 2×2, scenario, operation and metric: ln(both) − ln(first) − ln(second) + ln(baseline), by round.

    A ratio under 1: together they save more than the product of their ratios says. Holm covers all rows of a metric.
    """
    found = [
        row
        for first, second, both in squares(baseline, lanes)
        for scenario in scenarios
        for row in _of_scenario(scenario, (baseline, first, second, both), trials, alpha)
    ]
    for metric in {row["metric"] for row in found}:
        rows = [row for row in found if row["metric"] == metric]
        for row, p in zip(rows, holm([row["p_value"] for row in rows]), strict=True):
            row["p_adjusted"] = p
            row["answer"] = _answer(row, minimum_effect, alpha)
    return found


def _of_scenario(
    scenario: Mapping[str, Any], cells: tuple[str, str, str, str], trials: Sequence[Trial], alpha: float
) -> Iterator[dict[str, Any]]:
    for operation, metric, values in values_by_round(scenario, cells, trials):
        logs = _interaction(*(values[lane] for lane in cells))
        if logs is None or len(logs) < 2:  # noqa: PLR2004 - a spread needs two
            continue
        estimate = estimate_of(logs, alpha=alpha, flips=False)
        yield {
            "scenario": scenario["name"],
            "target": scenario["target"],
            "operation": operation,
            "metric": metric,
            "unit": METRICS[metric].unit,
            **dict(zip(("baseline", "first", "second", "both"), cells, strict=True)),
            "ratio": estimate.value,
            "ratio_low": estimate.low,
            "ratio_high": estimate.high,
            "p_value": estimate.p_value,
            "rounds": estimate.rounds,
        }


def _interaction(baseline: Values, first: Values, second: Values, both: Values) -> Logs | None:
    complete = [cell for cell in zip(both, first, second, baseline, strict=True) if None not in cell]
    columns = [list(column) for column in zip(*complete, strict=True)]
    if not columns:
        return None
    upper, lower = log_ratios(columns[0], columns[1]), log_ratios(columns[2], columns[3])
    return None if upper is None or lower is None else np.asarray(upper - lower)


def _answer(row: Mapping[str, Any], minimum_effect: float, alpha: float) -> str:
    bound = 1 + minimum_effect
    if 1 / bound < row["ratio_low"] and row["ratio_high"] < bound:
        return "independent"
    if row["p_adjusted"] < alpha and not 1 / bound <= row["ratio"] <= bound:
        return "reinforcing" if row["ratio"] < 1 else "interfering"
    return "unresolved"
