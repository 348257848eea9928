"""Three clocks per operation: response from the intended start, service from the actual one, and the lag between.

The hot path appends four integers to one array; everything else happens in batches, off the hot path.
"""

import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

from scenarios.histograms import encode, new_histogram, record_all

_NS_PER_US = 1_000
_NS_PER_S = 1_000_000_000
#: 160 MB of samples.
_KEEP_AT_MOST = 5_000_000


@dataclass(kw_only=True, slots=True)
class Recorded:
    """What one operation did in the window."""

    #: Calls that were answered well.
    count: int = 0
    #: Sum of response times, µs.
    response_sum_us: int = 0
    response: HdrHistogram = field(default_factory=new_histogram)
    service: HdrHistogram = field(default_factory=new_histogram)
    lag: HdrHistogram = field(default_factory=new_histogram)
    #: Calls that failed, by the error's stable name.
    error_kinds: Counter[str] = field(default_factory=Counter)


class Recorder:
    """The samples of one process. Names get small integers so that a sample is four numbers in one array."""

    #: Given a second's send lags of tasks in µs, where somebody wants them.
    on_send_lag: ClassVar[Callable[[NDArray[np.int64]], None] | None] = None

    def __init__(self) -> None:
        self._names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._samples = array("q")
        self._errors: list[tuple[str, str]] = []
        self._origin_ns = time.perf_counter_ns()
        self.recorded: dict[str, Recorded] = {}
        self._seconds: dict[int, dict[str, HdrHistogram]] = {}
        self.recording = False
        #: Samples of the window that are not yet in histograms.
        self._kept: list[NDArray[np.int64]] = []
        #: Answered calls outside the window (warm-up), per operation: they too are in the database's counters.
        self.unrecorded: Counter[str] = Counter()
        #: Of traced operations: every sample of the window, and when calls failed.
        self._traces: dict[str, list[NDArray[np.int64]]] = {}
        self._failures_ns: dict[str, list[int]] = {}

    def number(self, name: str) -> int:
        """The number under which samples of `name` are added."""
        if name not in self._numbers:
            self._numbers[name] = len(self._names)
            self._names.append(name)
        return self._numbers[name]

    def add(self, number: int, intended_ns: int, start_ns: int, end_ns: int) -> None:
        self._samples.fromlist([number, intended_ns, start_ns, end_ns])  # twice as fast as extend

    def add_error(self, name: str, kind: str) -> None:
        self._errors.append((name, kind))
        if self.recording and name in self._traces:
            self._failures_ns[name].append(time.perf_counter_ns())

    def trace(self, name: str) -> None:
        """Keep each sample of the window of this operation: what happens beside it can then be laid over it."""
        self._traces[name], self._failures_ns[name] = [], []

    def start_window(self, origin_ns: int) -> None:
        """From here on samples count; what came before is kept as counts only."""
        self.flush()
        self._origin_ns = origin_ns
        self.recording = True

    def end_window(self) -> None:
        self.flush()
        self._absorb_kept()
        self.recording = False

    def flush(self) -> dict[str, tuple[NDArray[np.int64], Counter[str]]]:
        """Take what was added; returns response times in µs and errors by name, for live display."""
        samples, self._samples = self._samples, array("q")
        errors, self._errors = self._errors, []
        live: dict[str, tuple[NDArray[np.int64], Counter[str]]] = {}
        rows = np.frombuffer(samples, dtype=np.int64).reshape(-1, 4)
        for name, own in self._by_name(rows):
            live[name] = ((own[:, 3] - own[:, 1]) // _NS_PER_US, Counter())
            if Recorder.on_send_lag and name.startswith("task:"):
                Recorder.on_send_lag((own[:, 2] - own[:, 1]) // _NS_PER_US)
            if not self.recording:
                self.unrecorded[name] += len(own)
        for name, kind in errors:
            live.setdefault(name, (np.empty(0, dtype=np.int64), Counter()))[1][kind] += 1
            if self.recording:
                self.recorded.setdefault(name, Recorded()).error_kinds[kind] += 1
        if self.recording and len(rows):
            self._keep(rows)
        return live

    def _by_name(self, rows: NDArray[np.int64]) -> Iterator[tuple[str, NDArray[np.int64]]]:
        for number in np.unique(rows[:, 0]).tolist():
            yield self._names[number], rows[rows[:, 0] == number]

    def _keep(self, rows: NDArray[np.int64]) -> None:
        """Histograms are built after the window: building those of 30 names stalls the loop for 20-30 ms, which would
        be in the response times (seen: loop lag p99 of 25 ms, 0.5 ms without). Only a long window pays, now and then.
        """
        self._kept.append(rows)
        if sum(len(chunk) for chunk in self._kept) > _KEEP_AT_MOST:
            self._absorb_kept()

    def _absorb_kept(self) -> None:
        if not self._kept:
            return
        rows, self._kept = np.concatenate(self._kept), []
        for name, own in self._by_name(rows):
            self._absorb(name, own)

    def _absorb(self, name: str, rows: NDArray[np.int64]) -> None:
        if name in self._traces:
            self._traces[name].append(rows)
        intended, start, end = rows[:, 1], rows[:, 2], rows[:, 3]
        response: NDArray[np.int64] = (end - intended) // _NS_PER_US
        entry = self.recorded.setdefault(name, Recorded())
        entry.count += len(rows)
        entry.response_sum_us += int(response.sum())
        record_all(entry.response, response)
        record_all(entry.service, (end - start) // _NS_PER_US)
        record_all(entry.lag, (start - intended) // _NS_PER_US)
        seconds = (end - self._origin_ns) // _NS_PER_S
        for second in np.unique(seconds).tolist():
            histograms = self._seconds.setdefault(second, {})
            record_all(histograms.setdefault(name, new_histogram()), response[seconds == second])

    def operations(self) -> dict[str, dict[str, Any]]:
        """The window as plain data, histograms encoded: the form of trials.jsonl."""
        return {
            name: {
                "count": entry.count,
                "errors": entry.error_kinds.total(),
                "error_kinds": dict(entry.error_kinds),
                "response": encode(entry.response),
                "service": encode(entry.service),
                "lag": encode(entry.lag),
                "mean_response_us": entry.response_sum_us / entry.count if entry.count else None,
            }
            for name, entry in sorted(self.recorded.items())
        }

    def seconds(self) -> list[dict[str, Any]]:
        return [
            {
                "second": second,
                "operations": {
                    name: {"count": histogram.get_total_count(), "response": encode(histogram)}
                    for name, histogram in sorted(histograms.items())
                },
            }
            for second, histograms in sorted(self._seconds.items())
        ]

    def traces(self) -> dict[str, dict[str, list[int]]]:
        """Of traced operations: each call's intended start and end in the window, and the failures' moments.

        On time.perf_counter_ns(), which all processes of a Linux machine read from one clock.
        """
        empty = [np.empty((0, 4), dtype=np.int64)]
        joined = {name: np.concatenate(parts or empty) for name, parts in self._traces.items()}
        return {
            name: {
                "intended_ns": rows[:, 1].tolist(),
                "ended_ns": rows[:, 3].tolist(),
                "failed_ns": list(self._failures_ns[name]),
            }
            for name, rows in joined.items()
        }
