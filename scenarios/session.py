"""One test in one process: open the target, warm up, be quiet, measure the window, be quiet, tell the outcome.

Runs in the engine's loop. Users come and go as Locust spawns and stops them; each runs the current phase.
"""

import asyncio
import gc
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenarios.arrivals import Arrivals
from scenarios.clients.opening import open_client
from scenarios.deliveries import Deliveries
from scenarios.gate import Gate
from scenarios.health import Health
from scenarios.outcome import Outcome, counted_between
from scenarios.own_writes import OwnWrites
from scenarios.pacer import Pacer
from scenarios.protocol import ChatClient
from scenarios.recorder import Recorder
from scenarios.settings import Settings

if TYPE_CHECKING:
    from scenarios.user import ChatUser

_NS_PER_S = 1_000_000_000
#: Users start their schedules together, this long after a phase is announced.
_LEAD_NS = 20_000_000
#: How long lost deliveries are waited for after the window.
_DELIVERY_GRACE_S = 5.0
_FLUSH_S = 1.0
#: New objects between two collections.
_COLLECT_EVERY = 100_000


@dataclass(kw_only=True, slots=True)
class Phase:
    """A stretch of load; what is due in it and not started by the deadline is counted, not dropped silently."""

    name: str
    origin_ns: int
    #: Seconds of schedule; infinite when only Locust ends the test.
    duration_s: float
    scheduled: int = 0
    unstarted: int = 0

    @property
    def end_ns(self) -> float:
        return self.origin_ns + self.duration_s * _NS_PER_S

    @property
    def deadline_ns(self) -> float:
        """A backlog is worked off for as long again, at most 10 s: beyond that the target is saturated anyway."""
        return self.end_ns + min(self.duration_s, 10.0) * _NS_PER_S


class Session:
    """The state of one test in this process."""

    client: ChatClient
    pacer: Pacer

    def __init__(
        self,
        settings: Settings,
        *,
        prepare: Callable[["Session"], Any],
        on_live: Callable[[dict[str, Any]], None],
        on_done: Callable[[Outcome | None, Exception | None], None],
    ) -> None:
        self.settings = settings
        self.recorder = Recorder()
        self.deliveries = Deliveries()
        self.own_writes = OwnWrites()
        self._prepare, self._on_live, self._on_done = prepare, on_live, on_done
        self._users: dict[ChatUser, asyncio.Task[None] | None] = {}
        self._spawned = asyncio.Event()
        self._stopped = asyncio.Event()
        self._phase: Phase | None = None

    # -- told by Locust's side

    def add_user(self, user: "ChatUser") -> None:
        self._users[user] = None
        if self._phase:
            self._start(user, self._phase)

    def remove_user(self, user: "ChatUser") -> None:
        """Ends the user at its next task boundary at the latest; its current operation is cancelled."""
        task = self._users.pop(user, None)
        if task:
            task.cancel()

    def all_spawned(self) -> None:
        self._spawned.set()

    def stop(self) -> None:
        """End the window now; what was measured until now is told."""
        self._spawned.set()
        self._stopped.set()

    # -- the test

    async def run(self) -> None:
        outcome, failure = None, None
        try:
            outcome = await self._run()
        except Exception as error:  # noqa: BLE001 - told to Locust's side, which ends the process with it
            failure = error
        self._on_done(outcome, failure)

    async def _run(self) -> Outcome:
        settings = self.settings
        async with Gate(settings.gate) as gate:
            await gate.arrive("started")
            async with open_client(settings) as self.client:
                self.pacer = Pacer(asyncio.get_running_loop())
                flusher = asyncio.create_task(self._flush_every_second())
                try:
                    await self._prepare(self)
                    await self._spawned.wait()
                    if settings.warmup_s > 0:
                        await self._load(Phase(name="warmup", origin_ns=_soon(), duration_s=settings.warmup_s))
                    before = await self.client.quiesce()
                    await gate.arrive("warm")
                    outcome = await self._measure()
                    outcome["counted"] = counted_between(before, await self.client.quiesce())
                    await gate.arrive("done", outcome=outcome)
                    return outcome
                finally:
                    flusher.cancel()
                    self.pacer.close()

    async def _measure(self) -> Outcome:
        # what start-up made lives as long as the process: no collection in the window has to walk it
        gc.collect()
        gc.freeze()
        # rows are tracked but never cyclic: at the default of 700 a collection would run every few pages of 50
        gc.set_threshold(_COLLECT_EVERY)
        phase = Phase(name="window", origin_ns=_soon(), duration_s=self.settings.window_s or float("inf"))
        self.recorder.start_window(phase.origin_ns)
        self.deliveries.recording = self.own_writes.recording = True
        health = Health()
        async with health.watch(self.pacer):
            await self._load(phase)
        window_s = (time.perf_counter_ns() - phase.origin_ns) / _NS_PER_S
        await self._wait_for_deliveries()
        self.deliveries.recording = self.own_writes.recording = False
        self._on_live(self.recorder.flush())
        self.recorder.end_window()
        return {
            "processes": 1,
            "operations": self.recorder.operations(),
            "unrecorded": dict(self.recorder.unrecorded),
            "seconds": self.recorder.seconds(),
            "traces": self.recorder.traces(),
            "deliveries": self.deliveries.result(),
            "own_writes": self.own_writes.result(),
            "generator": health.summary(
                self.recorder, scheduled=phase.scheduled, unstarted=phase.unstarted, window_s=window_s
            ),
        }

    async def _load(self, phase: Phase) -> None:
        """Every user runs the phase; returns when all have answered or the test is stopped."""
        self._phase = phase
        for user in list(self._users):
            self._start(user, phase)
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            while not self._stopped.is_set():
                running = [task for task in self._users.values() if task and not task.done()]
                if not running and time.perf_counter_ns() >= min(phase.end_ns, phase.deadline_ns):
                    return
                # users may join while others run: look again at least every tenth of a second
                await asyncio.wait([*running, stopped], timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._phase = None
            stopped.cancel()
            running = [task for task in self._users.values() if task and not task.done()]
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _start(self, user: "ChatUser", phase: Phase) -> None:
        self._users[user] = asyncio.create_task(user.run_phase(self, phase))

    def rng(self, phase: Phase, ordinal: int) -> random.Random:
        """The same stream for the same seed, phase and user: every lane of a round gets the same tasks and times."""
        return random.Random(f"{self.settings.seed}:{phase.name}:{ordinal}")

    @property
    def is_closed_loop(self) -> bool:
        return self.settings.arrivals is Arrivals.closed

    async def _wait_for_deliveries(self) -> None:
        give_up = time.monotonic() + _DELIVERY_GRACE_S
        while self.deliveries.outstanding > 0 and time.monotonic() < give_up:  # noqa: ASYNC110 - deliveries tell no event
            await asyncio.sleep(0.05)

    async def _flush_every_second(self) -> None:
        while True:
            await asyncio.sleep(_FLUSH_S)
            self._on_live(self.recorder.flush())


def _soon() -> int:
    return time.perf_counter_ns() + _LEAD_NS
