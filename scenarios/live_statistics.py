"""Locust's own statistics, fed in batches from the engine, with sub-millisecond buckets."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import locust.stats
import numpy as np
from locust.env import Environment
from locust.stats import StatsEntry
from numpy.typing import NDArray

_US_PER_MS = 1_000
#: Locust rounds to whole milliseconds below 100 ms: a 0.7 ms query would be "1".
_KIND = "chat"


#: Called with each second's batch, beside Locust's statistics.
listeners: list[Callable[[dict[str, tuple[NDArray[np.int64], Counter[str]]]], None]] = []


def round_to_three_digits(response_time_ms: float) -> float:
    """Three significant digits, as in the HdrHistograms of a run folder."""
    return float(f"{response_time_ms:.3g}")


def install() -> None:
    """Locust documents this function as the place to customise its buckets."""
    locust.stats.bucket_response_time = round_to_three_digits


def report_live(environment: Environment, live: dict[str, tuple[NDArray[np.int64], Counter[str]]]) -> None:
    """Merge what the last second recorded. In gevent's thread: Locust's statistics belong to it."""
    for listener in listeners:
        listener(live)
    statistics = environment.stats
    now = time.time()
    for name, (response_us, errors) in live.items():
        if len(response_us):
            entry = _entry(statistics, name, response_us, now)
            statistics.entries[name, _KIND].extend(entry)
            if not name.startswith("task:"):  # a task is the sum of its operations: not a request of its own
                statistics.total.extend(entry)
        for kind, times in errors.items():
            for _ in range(times):
                statistics.log_error(_KIND, name, kind)


def _entry(statistics: Any, name: str, response_us: NDArray[np.int64], now: float) -> StatsEntry:
    entry = StatsEntry(statistics, name, _KIND)
    values, counts = np.unique(response_us, return_counts=True)
    times: dict[float, int] = {}
    for value, count in zip(values.tolist(), counts.tolist(), strict=True):
        bucket = round_to_three_digits(value / _US_PER_MS)
        times[bucket] = times.get(bucket, 0) + count
    entry.response_times = times
    entry.num_requests = len(response_us)
    entry.total_response_time = float(response_us.sum()) / _US_PER_MS
    entry.min_response_time = float(values[0]) / _US_PER_MS
    entry.max_response_time = float(values[-1]) / _US_PER_MS
    entry.last_request_timestamp = now
    entry.num_reqs_per_sec = {int(now): len(response_us)}
    entry.start_time = statistics.total.start_time
    return entry
