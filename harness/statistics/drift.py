"""Drift: whether values, or paired differences, move over the rounds, and whether neighbours resemble each other.

A trend that all lanes share cancels in the pairs. One of the paired differences does not: their mean then depends on
when the run was, and serial correlation makes intervals narrower than they should be.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from harness.statistics.estimate import Logs

#: With fewer rounds neither Kendall's test (2/5! = 0.017 at 5) nor an autocorrelation says anything.
FEWEST_ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A monotone trend of log values over the rounds."""

    #: Theil–Sen's median slope: relative change from one round to the next (0.01 = 1 %).
    slope_per_round: float
    #: Kendall's exact two-sided p of "no trend".
    p_value: float


def trend_of(logs: Sequence[float] | Logs, rounds: Sequence[int] | None = None) -> Trend | None:
    """Theil–Sen and Kendall over the rounds; None under five rounds (Sen 1968, JASA 63: 1379)."""
    if len(logs) < FEWEST_ROUNDS:
        return None
    times = np.arange(len(logs)) if rounds is None else np.asarray(rounds)
    if float(np.ptp(np.asarray(logs))) < 1e-12:  # noqa: PLR2004 - rounding alone: counts that are equal in every round
        return Trend(slope_per_round=0.0, p_value=1.0)
    slope = stats.theilslopes(np.asarray(logs), times).slope
    p_value = stats.kendalltau(times, logs).pvalue
    return Trend(slope_per_round=math.expm1(float(slope)), p_value=float(p_value))


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialCorrelation:
    """How much a paired difference resembles the one of the round before."""

    #: The lag-1 autocorrelation; its mean without correlation is about −1/rounds.
    lag1: float
    #: One-sided p of "no positive correlation": it is the positive one that narrows intervals.
    p_value: float


def serial_correlation_of(logs: Logs) -> SerialCorrelation | None:
    """The lag-1 autocorrelation against its normal approximation, mean −1/n, variance 1/n; None under five rounds.

    (Kendall & Stuart, The Advanced Theory of Statistics, vol. 3, ch. 48.) It has little power under a dozen rounds.
    """
    count = len(logs)
    away = np.asarray(logs) - np.mean(logs)
    power = float(away @ away)
    if count < FEWEST_ROUNDS or power < 1e-24:  # noqa: PLR2004 - rounding alone
        return None
    lag1 = float(away[1:] @ away[:-1]) / power
    return SerialCorrelation(lag1=lag1, p_value=float(special.ndtr(-(lag1 + 1 / count) * math.sqrt(count))))
