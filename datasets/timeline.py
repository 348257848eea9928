"""When messages are sent: growing traffic with days, nights and weekends, as an inverse distribution."""

from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from datasets.parameters import LoadCurve

Micros = NDArray[np.int64]

_HOUR_US = 3_600_000_000
_BUILT_IN = LoadCurve()


def micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return round(moment.timestamp()) * 1_000_000 + moment.microsecond


@lru_cache(maxsize=4)
def _distribution(
    started_at: datetime, as_of: datetime, load: LoadCurve
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cumulative share of traffic at each hour's edge, and the edges in microseconds since the start."""
    hours = np.arange((micros(as_of) - micros(started_at)) // _HOUR_US)
    weekday = (hours // 24 + started_at.weekday()) % 7
    growth = np.exp(hours * (load.growth_per_year / 8766.0))
    intensity = growth * np.array(load.by_hour)[hours % 24] * np.array(load.by_weekday)[weekday]
    cumulative = np.zeros(len(hours) + 1)
    np.cumsum(intensity, out=cumulative[1:])
    cumulative /= cumulative[-1]
    edges = np.arange(len(cumulative), dtype=np.float64)
    edges *= _HOUR_US
    return cumulative, edges


def moments(
    share: NDArray[np.float64], *, started_at: datetime, as_of: datetime, load: LoadCurve = _BUILT_IN
) -> Micros:
    """The moments by which these shares of all traffic have passed; monotone in the share."""
    cumulative, edges = _distribution(started_at, as_of, load)
    since = np.interp(share, cumulative, edges).astype(np.int64)
    since += micros(started_at)
    return since


def moment(since_1970_us: int) -> datetime:
    return datetime.fromtimestamp(since_1970_us // 1_000_000, UTC).replace(microsecond=since_1970_us % 1_000_000)
