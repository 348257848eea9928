"""Load metrics: what one load process tells Prometheus, in batches of a second; nothing on the way of a call."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

_US_PER_S = 1e6
_TASK = "task:"
#: Upper bounds in µs: a cached read takes 50, a queue behind a slow disk seconds.
BOUNDS_US = np.array(
    [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000]
)
_LABELS = [*(f"{bound / _US_PER_S:g}" for bound in BOUNDS_US), "+Inf"]
Live = Mapping[str, tuple[NDArray[np.int64], Counter[str]]]


class BatchHistogram:
    """Counts by bucket, added to by whole arrays."""

    def __init__(self) -> None:
        self._counts = np.zeros(len(_LABELS), dtype=np.int64)
        self._sum_us = 0

    def add(self, values_us: NDArray[np.int64]) -> None:
        places = np.searchsorted(BOUNDS_US, values_us, side="left")
        self._counts += np.bincount(places, minlength=len(_LABELS))
        self._sum_us += int(values_us.sum())

    def buckets(self) -> list[tuple[str, float]]:
        """As Prometheus has them: each counts what the ones below it do."""
        return list(zip(_LABELS, self._counts.cumsum().astype(float).tolist(), strict=True))

    @property
    def sum_s(self) -> float:
        return self._sum_us / _US_PER_S

    @property
    def total(self) -> int:
        return int(self._counts.sum())


class LoadMetrics(Collector):
    """One process: Prometheus asks in gevent's thread, where the batches arrive too."""

    def __init__(
        self, *, users: Callable[[], int] = lambda: 0, deliveries: Callable[[], Mapping[str, int]] = dict
    ) -> None:
        self.registry = CollectorRegistry()
        self._users, self._deliveries = users, deliveries
        self._response: dict[str, BatchHistogram] = {}
        self._tasks: Counter[str] = Counter()
        self._errors: Counter[tuple[str, str]] = Counter()
        self._send_lag, self._loop_lag = BatchHistogram(), BatchHistogram()
        self.registry.register(self)

    def take(self, live: Live) -> None:
        """A second's calls: response times in µs and errors, by operation, and tasks as `task:NAME`."""
        for name, (times_us, errors) in live.items():
            if name.startswith(_TASK):
                self._tasks[name.removeprefix(_TASK)] += len(times_us)
            elif len(times_us):
                self._response.setdefault(name, BatchHistogram()).add(times_us)
            for kind, count in errors.items():
                self._errors[name, kind] += count

    def take_send_lag(self, lags_us: NDArray[np.int64]) -> None:
        """How late a second's tasks were started."""
        self._send_lag.add(lags_us)

    def take_loop_lag(self, lag_us: int) -> None:
        """How late the loop woke one probe."""
        self._loop_lag.add(np.array([lag_us]))

    def collect(self) -> Iterator[Metric]:
        calls = CounterMetricFamily("chatbench_load_calls", "Calls that were answered well", labels=["operation"])
        times = HistogramMetricFamily(
            "chatbench_load_response_seconds", "Response time from the intended start", labels=["operation"]
        )
        for name, histogram in tuple(self._response.items()):
            calls.add_metric([name], histogram.total)
            times.add_metric([name], histogram.buckets(), histogram.sum_s)
        tasks = CounterMetricFamily("chatbench_load_tasks", "Tasks that were done", labels=["task"])
        for name, count in tuple(self._tasks.items()):
            tasks.add_metric([name], count)
        errors = CounterMetricFamily("chatbench_load_errors", "Calls that failed", labels=["operation", "kind"])
        for (name, kind), count in tuple(self._errors.items()):
            errors.add_metric([name, kind], count)
        # no counter: each window begins anew, and what was lost may still come
        deliveries = GaugeMetricFamily(
            "chatbench_load_deliveries", "Messages at devices in this window", labels=["outcome"]
        )
        for outcome, count in self._deliveries().items():
            deliveries.add_metric([outcome], count)
        yield from (calls, times, tasks, errors, deliveries)
        yield _histogram("chatbench_load_send_lag_seconds", "How late tasks were started", self._send_lag)
        yield _histogram("chatbench_load_loop_lag_seconds", "How late the loop woke a probe", self._loop_lag)
        yield GaugeMetricFamily("chatbench_load_users", "Virtual users of this process", self._users())


def _histogram(name: str, about: str, histogram: BatchHistogram) -> Metric:
    return HistogramMetricFamily(name, about, buckets=histogram.buckets(), sum_value=histogram.sum_s)
