"""Welch: the ratio of two lanes that share no rounds, by the unequal-variances t interval on the logs of their rounds.

B. L. Welch (1947), The generalization of 'Student's' problem when several different population variances are involved,
Biometrika 34: 28–35.
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy import special

from harness.statistics.estimate import ALPHA, Estimate


def unpaired_ratio(candidate: Sequence[float], baseline: Sequence[float], *, alpha: float = ALPHA) -> Estimate | None:
    """Geometric mean ÷ geometric mean; None with fewer than two rounds on a side or a cost of 0."""
    if min(len(candidate), len(baseline)) < 2 or min(*candidate, *baseline) <= 0:  # noqa: PLR2004 - a spread needs two
        return None
    ours, theirs = np.log(candidate), np.log(baseline)
    mean = float(ours.mean() - theirs.mean())
    parts = [float(side.var(ddof=1)) / len(side) for side in (ours, theirs)]
    error = math.sqrt(sum(parts))
    freedom = _freedom(parts, (len(ours), len(theirs)))
    half = float(special.stdtrit(freedom, 1 - alpha / 2)) * error if error else 0.0
    return Estimate(
        value=math.exp(mean),
        low=math.exp(mean - half),
        high=math.exp(mean + half),
        p_value=_p(mean, error, freedom),
        sign_flip_p=None,
        rounds=min(len(ours), len(theirs)),
        alpha=alpha,
    )


def _freedom(parts: Sequence[float], rounds: Sequence[int]) -> float:
    """Welch and Satterthwaite's approximation."""
    below = sum(part**2 / (count - 1) for part, count in zip(parts, rounds, strict=True))
    return sum(parts) ** 2 / below if below else float(sum(rounds) - 2)


def _p(mean: float, error: float, freedom: float) -> float:
    if error < 1e-15:  # noqa: PLR2004 - rounding alone: counts that never vary
        return 1.0 if abs(mean) < 1e-12 else 0.0  # noqa: PLR2004 - the same
    return float(2 * special.stdtr(freedom, -abs(mean) / error))
