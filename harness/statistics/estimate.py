"""Estimates: what a ratio of two lanes is, and how sure the rounds make us of it."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import special

#: Two-sided: intervals are 95 % intervals, unless a sequential run's look has a stricter level.
ALPHA = 0.05
Logs = npt.NDArray[np.float64]
#: Above this the exact sign-flip test would enumerate more than a million sign patterns.
MOST_SIGN_FLIP_ROUNDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A ratio candidate ÷ baseline, with its interval."""

    #: Geometric mean of the rounds' ratios.
    value: float
    #: Bounds of the interval, as ratios.
    low: float
    high: float
    #: Two-sided p of "the ratio is 1", Student's t on the log ratios.
    p_value: float
    #: Two-sided exact p of the same by flipping signs; never under 2 / 2**rounds. None above 20 rounds.
    sign_flip_p: float | None
    #: How many rounds had both values.
    rounds: int
    #: The interval holds the truth in 1 − alpha of all experiments.
    alpha: float = ALPHA

    @property
    def tests_disagree(self) -> bool | None:
        """Whether one of t and the sign flips is under 5 % and the other over 10 %.

        None where so few rounds leave the flips no say. Between 5 and 10 % lies one step of their p at six rounds.
        """
        if self.sign_flip_p is None or 2 / 2**self.rounds >= ALPHA:
            return None
        low, high = sorted((self.p_value, self.sign_flip_p))
        return low < ALPHA and high > 2 * ALPHA


def paired_ratio(
    candidate: Sequence[float | None], baseline: Sequence[float | None], *, alpha: float = ALPHA
) -> Estimate | None:
    """The ratio of costs paired by round; rounds that miss either value are dropped, fewer than 2 leave nothing to say.

    A pair of zeros is a ratio of 1: equal costs. A zero against something else has no ratio, so there is no estimate.
    """
    logs = log_ratios(candidate, baseline)
    return None if logs is None else estimate_of(logs, alpha=alpha)


def log_ratios(candidate: Sequence[float | None], baseline: Sequence[float | None]) -> Logs | None:
    """The rounds' log ratios in their order; None where `paired_ratio` has nothing to say."""
    pairs = [(c, b) for c, b in zip(candidate, baseline, strict=True) if c is not None and b is not None]
    if len(pairs) < 2 or any(c < 0 or b < 0 or (c == 0) != (b == 0) for c, b in pairs):  # noqa: PLR2004 - a spread needs two
        return None
    return np.array([math.log(c / b) if b else 0.0 for c, b in pairs])


def estimate_of(logs: Logs, *, alpha: float = ALPHA, flips: bool = True) -> Estimate:
    """Student's t on log ratios; `flips` asks for the sign-flip p too, which costs 2**rounds sums."""
    mean, rounds = float(logs.mean()), len(logs)
    error = float(logs.std(ddof=1)) / math.sqrt(rounds)
    half = critical_t(alpha, rounds) * error
    return Estimate(
        value=math.exp(mean),
        low=math.exp(mean - half),
        high=math.exp(mean + half),
        p_value=_student_p(mean, error, rounds),
        sign_flip_p=_sign_flip_p(logs) if flips else None,
        rounds=rounds,
        alpha=alpha,
    )


@lru_cache(maxsize=4096)
def critical_t(alpha: float, rounds: int) -> float:
    """The two-sided critical value of Student's t for a mean over `rounds`."""
    return float(special.stdtrit(rounds - 1, 1 - alpha / 2))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment: the adjusted p of each, in the order given (Holm 1979, Scand. J. Statist. 6: 65)."""
    adjusted = [0.0] * len(p_values)
    floor = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        floor = max(floor, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = floor
    return adjusted


def holm_by_family(families: Sequence[Hashable | None], p_values: Sequence[float]) -> list[float | None]:
    """Holm within each family, in the order given; what belongs to none (None) is not tested and has no adjusted p."""
    members: dict[Hashable, list[int]] = {}
    for index, family in enumerate(families):
        if family is not None:
            members.setdefault(family, []).append(index)
    adjusted: list[float | None] = [None] * len(p_values)
    for indexes in members.values():
        for index, p in zip(indexes, holm([p_values[i] for i in indexes]), strict=True):
            adjusted[index] = p
    return adjusted


def _student_p(mean: float, error: float, rounds: int) -> float:
    if error < 1e-15:  # noqa: PLR2004 - rounding alone: every round has the same ratio, as block counts often do
        return 1.0 if abs(mean) < 1e-12 else 0.0  # noqa: PLR2004 - the same
    return float(2 * special.stdtr(rounds - 1, -abs(mean) / error))


def _sign_flip_p(logs: Logs) -> float | None:
    if len(logs) > MOST_SIGN_FLIP_ROUNDS:
        return None
    sums = np.zeros(1)
    for value in logs:
        sums = np.concatenate([sums + value, sums - value])
    observed = abs(float(logs.sum()))
    return float(np.mean(np.abs(sums) >= observed - 1e-12 * max(1.0, observed)))
