"""Quantile differences: where in its whole latency distribution a lane differs from the baseline, round by round."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.judging.comparison import TASK_PREFIX
from harness.judging.metrics import Trial
from harness.rounds import AGAIN
from harness.statistics.estimate import ALPHA, Estimate, critical_t, paired_ratio
from harness.statistics.histograms import Histogram, decode

#: From the fast to the slow end; those that a sample does not carry are left out.
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
#: Judging needs this many times what showing needs.
JUDGED_TIMES = 10
#: Quantile values in µs, one row for each round.
_Rows = dict[int, npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    """An operation in a lane: its histogram of response times in each round."""

    histograms: Mapping[int, Histogram]

    @property
    def fewest(self) -> int:
        return min((h.total for h in self.histograms.values()), default=0)

    def rows(self) -> _Rows:
        return {number: h.quantiles(QUANTILES) for number, h in self.histograms.items()}


def shown_from(quantile: float) -> int:
    """The samples from which a quantile is shown: one beyond it is expected (p99: 100, p99.9: 1,000)."""
    return round(1 / min(quantile, 1 - quantile))


def quantile_differences(
    scenario: Mapping[str, Any],
    baseline: str,
    lanes: Sequence[str],
    trials: Sequence[Trial],
    *,
    alpha: float = ALPHA,
) -> Iterator[dict[str, Any]]:
    """One row for each operation × lane × quantile that every trial concerned carries.

    The difference and its band are of the rounds' differences in µs, the ratio and its interval of their log ratios;
    both pointwise, of level 1 − alpha. Candidates pair with the geometric mean of both baseline lanes.
    """
    subject = {"scenario": scenario["name"], "target": scenario["target"]}
    recorded = [t for t in trials if not t.get("void") and all(t[key] == v for key, v in subject.items())]
    for operation in dict.fromkeys(o for t in recorded for o in t["operations"] if not o.startswith(TASK_PREFIX)):
        found = {lane: _lane(recorded, lane, operation) for lane in lanes}
        for candidate in (lane for lane in lanes if lane != baseline):
            against = [baseline] if candidate == baseline + AGAIN else [baseline, baseline + AGAIN]
            base = [found[lane] for lane in against if lane in found]
            for row in _differences(found[candidate], base, alpha):
                yield subject | {"operation": operation, "baseline": baseline, "candidate": candidate} | row


def _lane(trials: Sequence[Trial], lane: str, operation: str) -> _Lane:
    return _Lane(
        histograms={
            trial["round"]: decode(recorded["response"])
            for trial in trials
            if trial["lane"] == lane and (recorded := trial["operations"].get(operation)) and recorded.get("response")
        }
    )


def _differences(candidate: _Lane, base: Sequence[_Lane], alpha: float) -> Iterator[dict[str, Any]]:
    samples = min(lane.fewest for lane in (candidate, *base))
    if samples < shown_from(0.5):
        return
    ours, theirs = candidate.rows(), [lane.rows() for lane in base]
    numbers = sorted(number for number in ours if all(number in rows for rows in theirs))
    for at, quantile in enumerate(QUANTILES):
        if samples < shown_from(quantile):
            continue
        cost = [float(ours[n][at]) for n in numbers]
        base_cost = [math.exp(float(np.mean([np.log(rows[n][at]) for rows in theirs]))) for n in numbers]
        estimate = paired_ratio(cost, base_cost, alpha=alpha)
        if estimate:
            row = _row(quantile, cost, base_cost, estimate)
            yield row | {"samples": samples, "judged": samples >= JUDGED_TIMES * shown_from(quantile)}


def _row(quantile: float, cost: Sequence[float], base: Sequence[float], estimate: Estimate) -> dict[str, Any]:
    differences = np.subtract(cost, base)
    mean = float(differences.mean())
    half = critical_t(estimate.alpha, len(cost)) * float(differences.std(ddof=1)) / math.sqrt(len(cost))
    return {
        "quantile": quantile,
        "baseline_us": float(np.median(base)),
        "candidate_us": float(np.median(cost)),
        "difference_us": mean,
        "difference_low_us": mean - half,
        "difference_high_us": mean + half,
        "ratio": estimate.value,
        "ratio_low": estimate.low,
        "ratio_high": estimate.high,
        "rounds": estimate.rounds,
    }
