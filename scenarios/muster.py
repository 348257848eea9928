"""The muster: the master's side of a test over several processes. It lets them go on together and misses the lost.

In gevent's thread; what it decides is in `fleet`.
"""

import logging
import time
from collections.abc import Callable, Collection
from typing import Any

import gevent
import gevent.event
import orjson
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner

from scenarios.fleet import Fleet, Go

_log = logging.getLogger("chatbench")
#: Messages from a worker: at a point, its window told, its failure. To workers: go on, end your window.
AT, OUTCOME, FAILED = "chatbench_at", "chatbench_outcome", "chatbench_failed"
GO, END = "chatbench_go", "chatbench_end"
#: From a worker, every second: how many calls it has made.
CALLS = "chatbench_calls"
_LOOK_S = 0.5
#: A worker that quits sends its window behind its farewell.
_FAREWELL_S = 2.0
_END_PATIENCE_S = 20.0


class Muster:
    """One master's fleet in one test after another."""

    def __init__(
        self, environment: Environment, *, on_open: Callable[[Go], None], on_complete: Callable[[Fleet], None]
    ) -> None:
        assert isinstance(environment.runner, MasterRunner)
        self._runner = environment.runner
        self._on_open, self._on_complete = on_open, on_complete
        self._fleet: Fleet | None = None
        self._complete = gevent.event.Event()
        #: Workers that are not there any more, with the moment at which that was seen.
        self._gone_s: dict[str, float] = {}
        for message, listener in (
            (AT, self._on_at),
            (OUTCOME, self._on_outcome),
            (FAILED, self._on_failed),
            (CALLS, self._on_calls),
        ):
            self._runner.register_message(message, listener)

    def begin(self) -> list[str]:
        """A test starts: the ids of the workers that take part, by index."""
        self._fleet = Fleet(time.monotonic())
        self._complete.clear()
        self._gone_s.clear()
        present = sorted(self._present(), key=self._runner.get_worker_index)
        for worker in present:
            self._fleet.join(worker, name=_host(worker), index=self._runner.get_worker_index(worker))
        gevent.spawn(self._look_for_the_lost, self._fleet)
        return present

    def end(self) -> None:
        """The test is being stopped: have every window told before Locust ends the workers."""
        if self._fleet and self._present() and not self._complete.is_set():
            self._runner.send_message(END)
            self._complete.wait(_END_PATIENCE_S)

    def _present(self) -> Collection[str]:
        return [client.id for client in self._runner.clients.all if client.state != STATE_MISSING]

    # -- what workers tell

    def _on_at(self, msg: Any, **_: Any) -> None:
        if self._fleet is None:
            return
        index = self._runner.get_worker_index(msg.node_id)
        self._fleet.join(msg.node_id, name=msg.data["name"], index=index, now_s=time.monotonic())
        member = self._fleet.members[msg.node_id]
        member.name = msg.data["name"]
        if member.joined_s is not None and not member.arrived:
            _log.warning("Worker %s (%d) joined %.1f s after the start.", member.name, index, member.joined_s)
        self._fleet.arrive(msg.node_id, msg.data["point"])
        self._let_go()

    def _on_outcome(self, msg: Any, **_: Any) -> None:
        if self._fleet and msg.node_id in self._fleet.members:
            self._fleet.deliver(msg.node_id, orjson.loads(msg.data))
            self._settle()

    def _on_failed(self, msg: Any, **_: Any) -> None:
        if self._fleet is None:
            return
        self._fleet.join(msg.node_id, name=msg.data["name"], index=self._runner.get_worker_index(msg.node_id))
        self._fleet.fail(msg.node_id, msg.data["failure"])
        _log.error("Worker %s: %s", msg.data["name"], msg.data["failure"])
        self._settle()

    def _on_calls(self, msg: Any, **_: Any) -> None:
        if self._fleet:
            self._fleet.hear(msg.node_id, msg.data["calls"], time.monotonic())

    # -- what follows

    def _let_go(self) -> None:
        assert self._fleet
        for worker, go in self._fleet.waiting(time.monotonic()).items():
            self._runner.send_message(GO, {"point": go.point, "elapsed_s": go.elapsed_s}, client_id=worker)
            self._on_open(go)

    def _settle(self) -> None:
        """Somebody is no longer waited for: others may go on, or all is told."""
        assert self._fleet
        self._let_go()
        if self._fleet.is_complete and not self._complete.is_set():
            self._complete.set()
            self._on_complete(self._fleet)

    def _look_for_the_lost(self, fleet: Fleet) -> None:
        while self._fleet is fleet and not self._complete.is_set():
            gevent.sleep(_LOOK_S)
            present, now_s = self._present(), time.monotonic()
            for worker in fleet.members.keys() - set(present):
                if now_s - self._gone_s.setdefault(worker, now_s) > _FAREWELL_S:
                    self._miss(worker, fleet)

    def _miss(self, worker: str, fleet: Fleet) -> None:
        member = fleet.lose(worker)
        if member is None:
            return
        _log.warning(
            "Worker %s (%d) was last heard %.1f s after the start; its window is not in the results. It had told of "
            "%d calls.",
            *(member.name, member.index, member.lost_s, member.reported),
        )
        self._settle()


def _host(worker: str) -> str:
    """Locust's ids are a host's name and a random number."""
    return worker.rsplit("_", 1)[0]
