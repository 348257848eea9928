"""Sleeping to the microsecond: event-loop timers are millisecond-grained, a kernel timer is not.

One timerfd (Linux) wakes the loop for the earliest sleeper; elsewhere the loop's own timers serve, and the send lag
that every run records shows the difference.
"""

import asyncio
import ctypes
import heapq
import os
import struct
import sys
import time
from itertools import count

_CLOCK_MONOTONIC = 1
_TFD_NONBLOCK_CLOEXEC = os.O_NONBLOCK | os.O_CLOEXEC
_TFD_TIMER_ABSTIME = 1
_NS = 1_000_000_000


class Pacer:
    """Wakes coroutines of one event loop at instants of `time.perf_counter_ns`'s clock (CLOCK_MONOTONIC on Linux)."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._tie = count()
        self._timer = _KernelTimer() if sys.platform == "linux" else None
        if self._timer:
            loop.add_reader(self._timer.fd, self._wake)

    async def until(self, at_ns: int) -> None:
        """Return at `at_ns`, or at once when it has passed."""
        if at_ns <= time.perf_counter_ns():
            return
        future: asyncio.Future[None] = self._loop.create_future()
        if self._timer is None:
            self._loop.call_later((at_ns - time.perf_counter_ns()) / _NS, _resolve, future)
        else:
            first = not self._sleepers or at_ns < self._sleepers[0][0]
            heapq.heappush(self._sleepers, (at_ns, next(self._tie), future))
            if first:
                self._timer.arm(at_ns)
        await future

    def close(self) -> None:
        if self._timer:
            self._loop.remove_reader(self._timer.fd)
            self._timer.close()

    def _wake(self) -> None:
        assert self._timer is not None
        self._timer.acknowledge()
        now = time.perf_counter_ns()
        sleepers = self._sleepers
        while sleepers and sleepers[0][0] <= now:
            _resolve(heapq.heappop(sleepers)[2])
        if sleepers:
            self._timer.arm(sleepers[0][0])


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class _KernelTimer:
    """timerfd_create(2); Python itself offers it only from 3.13."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self.fd: int = self._libc.timerfd_create(_CLOCK_MONOTONIC, _TFD_NONBLOCK_CLOEXEC)
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")

    def arm(self, at_ns: int) -> None:
        # struct itimerspec: interval (0: once), then the absolute instant
        spec = struct.pack("@qqqq", 0, 0, at_ns // _NS, at_ns % _NS)
        if self._libc.timerfd_settime(self.fd, _TFD_TIMER_ABSTIME, spec, None) != 0:
            raise OSError(ctypes.get_errno(), "timerfd_settime")

    def acknowledge(self) -> None:
        try:
            os.read(self.fd, 8)
        except BlockingIOError:
            return  # re-armed for later between the event and this read

    def close(self) -> None:
        os.close(self.fd)
