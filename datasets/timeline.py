"""When messages are sent: growing traffic with days, nights and weekends, as an inverse distribution."""

from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Micros = NDArray[np.int64]

_HOUR_US = 3_600_000_000
#: natural logarithm of the growth per year: two thirds of three years' traffic fall into the last
_GROWTH_PER_YEAR = 1.0
#: relative traffic by hour of the day (UTC) and by weekday from Monday; the shape of a consumer chat
_BY_HOUR = (
    0.35, 0.2, 0.12, 0.1, 0.1, 0.15, 0.35, 0.7, 0.95, 1.0, 1.05, 1.15,
    1.25, 1.15, 1.05, 1.05, 1.1, 1.25, 1.45, 1.6, 1.7, 1.65, 1.3, 0.75,
)  # fmt: skip
_BY_WEEKDAY = (0.95, 0.95, 1.0, 1.0, 1.15, 1.1, 1.0)


def micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return round(moment.timestamp()) * 1_000_000 + moment.microsecond


@lru_cache(maxsize=4)
def _distribution(started_at: datetime, as_of: datetime) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cumulative share of traffic at each hour's edge, and the edges in microseconds since the start."""
    hours = np.arange((micros(as_of) - micros(started_at)) // _HOUR_US)
    weekday = (hours // 24 + started_at.weekday()) % 7
    growth = np.exp(hours * (_GROWTH_PER_YEAR / 8766.0))
    intensity = growth * np.array(_BY_HOUR)[hours % 24] * np.array(_BY_WEEKDAY)[weekday]
    cumulative = np.zeros(len(hours) + 1)
    np.cumsum(intensity, out=cumulative[1:])
    cumulative /= cumulative[-1]
    edges = np.arange(len(cumulative), dtype=np.float64)
    edges *= _HOUR_US
    return cumulative, edges


def moments(share: NDArray[np.float64], *, started_at: datetime, as_of: datetime) -> Micros:
    """The moments by which these shares of all traffic have passed; monotone in the share."""
    cumulative, edges = _distribution(started_at, as_of)
    since = np.interp(share, cumulative, edges).astype(np.int64)
    since += micros(started_at)
    return since


def moment(since_1970_us: int) -> datetime:
    return datetime.fromtimestamp(since_1970_us // 1_000_000, UTC).replace(microsecond=since_1970_us % 1_000_000)
