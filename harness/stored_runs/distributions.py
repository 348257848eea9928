"""Distributions: the whole of two runs' response times set against each other, quantile by quantile, unpaired."""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

from harness.judging.latencies import percentiles_of
from harness.statistics.histograms import Histogram, merge
from harness.statistics.quantile_differences import JUDGED_TIMES, QUANTILES, shown_from
from harness.stored_runs.sides import Run, by_round, histograms_of, shared_operations
from harness.stored_runs.welch import unpaired_ratio

#: How the page calls the two sides.
BEFORE, AFTER = "before", "after"


def quantile_rows(a: Run, b: Run, variants: Sequence[str]) -> Iterator[dict[str, Any]]:
    """A row for each variant × operation × quantile that every round of both runs carries; bands are pointwise."""
    for subject, first, second in _pairs(a, b, variants):
        samples = min(h.total for h in (*first, *second))
        for quantile in (q for q in QUANTILES if samples >= max(shown_from(q), shown_from(0.5))):
            theirs, ours = ([float(h.quantiles([quantile])[0]) for h in side] for side in (first, second))
            estimate = unpaired_ratio(ours, theirs)
            if estimate:
                yield subject | {
                    "quantile": quantile,
                    "baseline_us": median(theirs),
                    "candidate_us": median(ours),
                    "ratio": estimate.value,
                    "ratio_low": estimate.low,
                    "ratio_high": estimate.high,
                    "rounds": estimate.rounds,
                    "samples": samples,
                    "judged": samples >= JUDGED_TIMES * shown_from(quantile),
                }


def percentile_rows(a: Run, b: Run, variants: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Of all rounds together, a row for each side."""
    for subject, *sides in _pairs(a, b, variants):
        for name, side in zip((BEFORE, AFTER), sides, strict=True):
            merged = merge(side)
            assert merged
            yield subject | {"side": name} | percentiles_of(merged)


def _pairs(
    a: Run, b: Run, variants: Sequence[str]
) -> Iterator[tuple[dict[str, Any], list[Histogram], list[Histogram]]]:
    for variant in variants:
        for scenario, target, operation in shared_operations(a, b, variant):
            first, second = (histograms_of(by_round(run, variant, scenario, target), operation) for run in (a, b))
            if first and second:
                subject = {"variant": variant, "scenario": scenario, "target": target, "operation": operation}
                yield subject, first, second
