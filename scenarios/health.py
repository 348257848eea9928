"""Was the load generator itself healthy: its CPU, its event loop's lag, its sends' lag."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import numpy as np

from scenarios.histograms import new_histogram
from scenarios.pacer import Pacer
from scenarios.recorder import Recorder

_PROBE_NS = 20_000_000
_NS_PER_US = 1_000


class Health:
    """Probes the loop while a window runs."""

    #: Given each probe's lag in µs, where somebody wants it.
    on_loop_lag: ClassVar[Callable[[int], None] | None] = None

    def __init__(self) -> None:
        self._lags_us: list[int] = []
        self._cpu_s = self._wall_s = 0.0

    @asynccontextmanager
    async def watch(self, pacer: Pacer) -> AsyncIterator[None]:
        cpu, wall = time.process_time(), time.perf_counter()
        probe = asyncio.create_task(self._probe(pacer))
        try:
            yield
        finally:
            probe.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await probe
            self._cpu_s, self._wall_s = time.process_time() - cpu, time.perf_counter() - wall

    async def _probe(self, pacer: Pacer) -> None:
        while True:
            due = time.perf_counter_ns() + _PROBE_NS
            await pacer.until(due)
            self._lags_us.append((time.perf_counter_ns() - due) // _NS_PER_US)
            if Health.on_loop_lag:
                Health.on_loop_lag(self._lags_us[-1])

    def summary(self, recorder: Recorder, *, scheduled: int, unstarted: int, window_s: float) -> dict[str, Any]:
        """CPU as a share of one core; lags in µs at the 99th percentile."""
        lag = new_histogram()
        for name, entry in recorder.recorded.items():
            if name.startswith("task:"):
                lag.add(entry.lag)
        return {
            "scheduled": scheduled,
            "unstarted": unstarted,
            "achieved_rate_share": 1 - unstarted / scheduled if scheduled else None,
            "cpu_share": self._cpu_s / self._wall_s if self._wall_s else None,
            "cpu_s": self._cpu_s,
            "loop_lag_p99_us": int(np.percentile(self._lags_us, 99)) if self._lags_us else None,
            "send_lag_p99_us": int(lag.get_value_at_percentile(99)) if lag.get_total_count() else None,
            "window_s": window_s,
        }
