"""Latencies: percentiles of each operation in each lane by each of the three clocks, all rounds together."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.judging.comparison import TASK_PREFIX
from harness.judging.metrics import Trial
from harness.statistics.histograms import Histogram, decode, merge

#: Response time from the intended start, service time from the actual one, and the difference: how late it was sent.
CLOCKS = ("response", "service", "lag")
#: The share, its name, and the samples from which it is shown.
PERCENTILES = ((0.5, "p50", 2), (0.9, "p90", 10), (0.99, "p99", 100), (0.999, "p99_9", 1000))


def latencies_of(
    scenarios: Sequence[Mapping[str, Any]], lanes: Sequence[str], trials: Sequence[Trial]
) -> list[dict[str, Any]]:
    """A row for each operation × lane × clock; a percentile that the sample does not carry is None."""
    return [row for scenario in scenarios for row in _rows(scenario, lanes, trials)]


def _rows(scenario: Mapping[str, Any], lanes: Sequence[str], trials: Sequence[Trial]) -> Iterator[dict[str, Any]]:
    subject = {"scenario": scenario["name"], "target": scenario["target"]}
    recorded = [trial for trial in trials if all(trial[key] == value for key, value in subject.items())]
    for operation in dict.fromkeys(o for t in recorded for o in t["operations"] if not o.startswith(TASK_PREFIX)):
        for lane in lanes:
            own = [t["operations"].get(operation) or {} for t in recorded if t["lane"] == lane]
            for clock in CLOCKS:
                merged = merge(decode(one[clock]) for one in own if one.get(clock))
                if merged and merged.total:
                    yield subject | {"operation": operation, "lane": lane, "clock": clock} | percentiles_of(merged)


def percentiles_of(histogram: Histogram) -> dict[str, Any]:
    """Samples, and each of PERCENTILES in µs."""
    return {"samples": histogram.total} | {
        f"{name}_us": histogram.quantile(share) if histogram.total >= least else None
        for share, name, least in PERCENTILES
    }
