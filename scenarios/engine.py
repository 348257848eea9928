"""The engine: one uvloop in a native thread of each Locust process, where every virtual user is a coroutine.

Theory of operation. Importing Locust patches the standard library for gevent, so asyncio in a patched thread would run
on gevent's hub. A native thread started past the patches runs uvloop untouched: drivers are at their full speed, and
Locust keeps spawning, ramps, stopping, the web UI and distribution. Three rules keep the two worlds apart:

* crossings are batched: one wake-up drains a whole queue, in either direction;
* Locust's objects (environment, statistics, runner) are touched in gevent's thread only, the loop's in the loop's only;
* the engine is built lazily, under a lock: Locust forks after importing the locustfile (threads do not survive that),
  and building yields to the hub, so that every user spawned in the same tick would build one of its own.
"""

import asyncio
import os
import sys
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

import gevent
import gevent.lock
import uvloop
from gevent import monkey
from gevent.hub import Waiter

_start_new_thread = monkey.get_original("_thread", "start_new_thread")


class Engine:
    """One event loop in one native thread."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.loop: asyncio.AbstractEventLoop
        self._hub = gevent.get_hub()
        self._inbound: deque[tuple[Callable[..., Any], tuple[Any, ...]]] = deque()
        self._outbound: deque[tuple[Callable[..., Any], tuple[Any, ...]]] = deque()
        self._inbound_awake = self._outbound_awake = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._watcher = self._hub.loop.async_()
        self._watcher.start(self._drain_outbound)
        started = self._hub.loop.async_()
        waiter = Waiter(self._hub)
        started.start(waiter.switch, None)
        _start_new_thread(self._main, (started.send,))
        waiter.get()
        started.stop()
        started.close()

    def submit(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Run `function` in the loop's thread. From gevent's thread."""
        self._inbound.append((function, arguments))
        if not self._inbound_awake:
            self._inbound_awake = True
            self.loop.call_soon_threadsafe(self._drain_inbound)

    def post(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Run `function` in gevent's hub; it must not block. From the loop's thread."""
        self._outbound.append((function, arguments))
        if not self._outbound_awake:
            self._outbound_awake = True
            self._watcher.send()

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run `coroutine` and hold it until it ends (the loop itself holds tasks weakly). In the loop's thread."""
        task = self.loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _main(self, started: Callable[[], None]) -> None:
        self.loop = uvloop.new_event_loop()
        asyncio.set_event_loop(self.loop)
        self.loop.call_soon(started)
        self.loop.run_forever()

    def _drain_inbound(self) -> None:
        # cleared first: what is appended while draining is either seen by this loop or wakes the next
        self._inbound_awake = False
        while self._inbound:
            function, arguments = self._inbound.popleft()
            function(*arguments)

    def _drain_outbound(self) -> None:
        self._outbound_awake = False
        while self._outbound:
            function, arguments = self._outbound.popleft()
            try:
                function(*arguments)
            except Exception:  # noqa: BLE001 - one handler's failure must not lose the rest; gevent reports it
                self._hub.handle_error(self, *sys.exc_info())


_engine: Engine | None = None
_lock = gevent.lock.BoundedSemaphore(1)


def engine() -> Engine:
    """This process's engine."""
    global _engine  # noqa: PLW0603 - a process has one native loop, and a fork must make its own
    with _lock:
        if _engine is None or _engine.pid != os.getpid():
            _engine = Engine()
        return _engine
