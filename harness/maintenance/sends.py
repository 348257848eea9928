"""Sends beside a stretch of time: their percentiles and the longest gap between two answers. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NS_PER_US, _NS_PER_S = 1_000, 1_000_000_000
#: A percentile needs this many samples beyond it to be shown.
_BEYOND = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Sends:
    """Every send of a window, by its end."""

    intended_ns: NDArray[np.int64]
    ended_ns: NDArray[np.int64]
    failed_ns: NDArray[np.int64]

    @classmethod
    def of_trace(cls, trace: Mapping[str, Sequence[int]]) -> "Sends":
        """Of an outcome's trace of one operation."""
        intended, ended, failed = (
            np.asarray(trace[key], dtype=np.int64) for key in ("intended_ns", "ended_ns", "failed_ns")
        )
        order = np.argsort(ended)
        return cls(intended_ns=intended[order], ended_ns=ended[order], failed_ns=failed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """How sends fared in a stretch of time; latencies are response times, from the intended start."""

    duration_s: float
    count: int
    failed: int
    p50_us: int | None
    p99_us: int | None
    max_us: int | None
    #: Longest time in which no send was answered.
    longest_gap_us: int | None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def cut(sends: Sends, begun_ns: int, ended_ns: int) -> Stretch:
    """The sends that were due or under way at some moment of the stretch: a short stall is felt by few of them."""
    beside = (sends.ended_ns >= begun_ns) & (sends.intended_ns <= ended_ns)
    response_us = (sends.ended_ns[beside] - sends.intended_ns[beside]) // _NS_PER_US
    return Stretch(
        duration_s=(ended_ns - begun_ns) / _NS_PER_S,
        count=len(response_us),
        failed=int(np.count_nonzero((sends.failed_ns >= begun_ns) & (sends.failed_ns <= ended_ns))),
        p50_us=_percentile(response_us, 50),
        p99_us=_percentile(response_us, 99),
        max_us=int(response_us.max()) if len(response_us) else None,
        longest_gap_us=_longest_gap_us(sends.ended_ns, begun_ns, ended_ns),
    )


def _percentile(values: NDArray[np.int64], percent: int) -> int | None:
    if len(values) * (100 - percent) < 100 * _BEYOND:
        return None
    return int(np.percentile(values, percent))


def _longest_gap_us(answers_ns: NDArray[np.int64], begun_ns: int, ended_ns: int) -> int | None:
    """Gaps that overlap the stretch count whole: the answer that ends one may come after the stretch."""
    first = max(int(np.searchsorted(answers_ns, begun_ns)) - 1, 0)
    last = int(np.searchsorted(answers_ns, ended_ns)) + 1
    gaps = np.diff(answers_ns[first:last])
    return int(gaps.max()) // _NS_PER_US if len(gaps) else None


def timeline(sends: Sends, begun_ns: int) -> dict[str, list[int]]:
    """Every send for a picture: intended start in ms since `begun_ns`, and response time in µs."""
    return {
        "at_ms": ((sends.intended_ns - begun_ns) // 1_000_000).tolist(),
        "response_us": ((sends.ended_ns - sends.intended_ns) // _NS_PER_US).tolist(),
    }
