"""Changes: at which runs a series became another one; pure.

Theory of operation. A series is looked at after each of its runs, as a CI does: where is the difference of the means of
its logarithms, before and after a place, the largest in units of their pooled spread? The largest of many t statistics
is larger than one, so its p-value is Student's times the number of places where the split could have been: an upper
bound (K. J. Worsley, On the likelihood ratio test for a shift in location of normal populations, JASA 74, 1979), here
times the number of looks. What is sure enough is a change, and the series starts anew there; so a fault that was mended
does not hide itself, as it would if the whole series were split at once.

To look for change points among a CI's runs, rather than to compare the last two, is MongoDB's practice (Daly et al.
2020, https://arxiv.org/abs/2003.00584); Student's t in place of E-divisive's permutations is Hunter's (Fleming et al.
2023, https://arxiv.org/abs/2301.03034): permutations of the few runs after a change cannot be sure of anything.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

#: One run alone may be an accident of its day; two that agree are a level.
LEAST = 2
#: Fewer runs leave no spread to compare with.
FEWEST = 2 * LEAST + 1
#: Of a level's runs: two of two, two of three.
_MOST = 0.6
#: Logarithms that differ by less are the same number, written twice.
_SAME = 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A level that became another."""

    #: Of the first value after it.
    index: int
    #: Geometric mean of its segment before, and after it.
    before: float
    after: float
    p_value: float

    @property
    def ratio(self) -> float:
        return self.after / self.before


def changes_of(values: Sequence[float], *, alpha: float, minimum_effect: float) -> list[Change]:
    """In their order. `alpha` bounds the chance that a series of nothing but noise has any; all values above 0."""
    logs = np.log(np.asarray(values, dtype=float))
    places = list(_places(logs, alpha, math.log1p(minimum_effect)))
    bounds = [0, *(place for place, _ in places), len(logs)]
    return [
        Change(
            index=place,
            before=math.exp(logs[bounds[number] : place].mean()),
            after=math.exp(logs[place : bounds[number + 2]].mean()),
            p_value=p_value,
        )
        for number, (place, p_value) in enumerate(places)
    ]


def _places(logs: NDArray[np.float64], alpha: float, effect: float) -> Iterator[tuple[int, float]]:
    """Where levels begin, as it was seen at the time. A level that differs by less than `effect` is none."""
    looks = max(1, len(logs) - FEWEST + 1)
    start = 0
    for end in range(FEWEST, len(logs) + 1):
        seen = logs[start:end]
        if len(seen) < FEWEST:
            continue
        index, p_value = split_of(seen)
        if p_value * looks < alpha and _are_levels(seen[:index], seen[index:], effect):
            start += index
            yield start, p_value * looks


def _are_levels(before: NDArray[np.float64], after: NDArray[np.float64], effect: float) -> bool:
    """Whether most runs of each part are nearer to its own mean: one run that stands out moves a mean, not a level."""
    low, high = sorted((float(before.mean()), float(after.mean())))
    middle, is_rise = (low + high) / 2, before.mean() < after.mean()
    shares = (np.mean((before < middle) == is_rise), np.mean((after > middle) == is_rise))
    return high - low > effect and min(shares) >= _MOST


def split_of(logs: NDArray[np.float64]) -> tuple[int, float]:
    """The best place to split, and a bound of how likely noise alone has one as good."""
    count = len(logs)
    sizes = np.arange(LEAST, count - LEAST + 1)
    centred = logs - logs.mean()
    sums = np.cumsum(centred)[sizes - 1]
    # between the parts: (mean before - mean after)^2 * n1 * n2 / n, by sums of centred values
    between = sums**2 * count / (sizes * (count - sizes))
    best = int(np.argmax(between))
    within = max(0.0, float(np.sum(centred**2) - between[best]))
    if between[best] <= _SAME**2:
        return int(sizes[best]), 1.0
    spread = within / (count - 2)
    if spread <= _SAME**2:
        # counts that do not vary: any difference is one
        return int(sizes[best]), 0.0
    t = math.sqrt(float(between[best]) / spread)
    return int(sizes[best]), min(1.0, len(sizes) * 2 * float(stats.t.sf(t, count - 2)))
