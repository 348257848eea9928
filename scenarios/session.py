"""One test in one process: open the target, warm up, be quiet, measure the window, be quiet, tell the outcome.

Runs in the engine's loop. Users come and go as Locust spawns and stops them; each runs the current phase.
"""

import asyncio
import gc
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenarios.arrivals import Arrivals
from scenarios.clients.opening import open_client
from scenarios.deliveries import Deliveries
from scenarios.fleet import READY, WARM, Go
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
#: How long operations in flight may take to end, when Locust ends a test or a user.
_FINISH_S = 2.0
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
        meet: Callable[[str], Awaitable[Go]],
        on_live: Callable[[dict[str, Any]], None],
        on_done: Callable[[Outcome | None, Exception | None], None],
    ) -> None:
        self.settings = settings
        self.recorder = Recorder()
        self.deliveries = Deliveries()
        self.own_writes = OwnWrites()
        #: What runs beside the window's load, each told when the window began (ns): `prepare` adds to them.
        self.beside: list[Callable[[int], Coroutine[Any, Any, None]]] = []
        self._prepare, self._meet, self._on_live, self._on_done = prepare, meet, on_live, on_done
        self._users: dict[ChatUser, asyncio.Task[None] | None] = {}
        #: Tasks of users that Locust has taken away in the middle of one.
        self._leaving: set[asyncio.Task[None]] = set()
        self._spawned = asyncio.Event()
        self._stopped = asyncio.Event()
        self._phase: Phase | None = None

    # -- told by Locust's side

    def add_user(self, user: "ChatUser") -> None:
        self._users[user] = None
        if self._phase:
            # who comes in the middle owes nothing of what was due before
            self._start(user, self._phase, from_ns=max(self._phase.origin_ns, time.perf_counter_ns()))

    def remove_user(self, user: "ChatUser") -> None:
        """Ends the user when it has done its task: an operation that the target has taken is counted here too."""
        task = self._users.pop(user, None)
        if task and not task.done():
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)
            user.leave(task)

    def all_spawned(self) -> None:
        self._spawned.set()

    def stop(self) -> None:
        """End the window now; what was measured until now is told."""
        self._spawned.set()
        self._stopped.set()

    async def until(self, at_ns: int) -> bool:
        """Wait for a moment; False: the test was stopped before."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), max(at_ns - time.perf_counter_ns(), 0) / _NS_PER_S)
        return not self._stopped.is_set()

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
                    go = await self._at(READY)
                    await self._warm_up(go)
                    before = await self.client.quiesce()
                    await gate.arrive("warm")
                    if go.point == READY:
                        go = await self._at(WARM)
                    outcome = await self._measure(go.elapsed_s)
                    outcome["counted"] = counted_between(before, await self.client.quiesce())
                    await gate.arrive("done", outcome=outcome)
                    return outcome
                finally:
                    flusher.cancel()
                    self.pacer.close()

    async def _at(self, point: str) -> Go:
        """Wait for the other processes of the test; a test that is stopped waits for nobody."""
        met, stopped = asyncio.ensure_future(self._meet(point)), asyncio.create_task(self._stopped.wait())
        try:
            await asyncio.wait({met, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return met.result() if met.done() else Go(point=point)
        finally:
            met.cancel()
            stopped.cancel()

    async def _warm_up(self, go: Go) -> None:
        left_s = self.settings.warmup_s - go.elapsed_s
        if go.point == READY and left_s > 0:
            await self._load(Phase(name="warmup", origin_ns=_soon(), duration_s=left_s))

    async def _measure(self, late_s: float) -> Outcome:
        """`late_s`: how much of the window the other processes have behind them."""
        # what start-up made lives as long as the process: no collection in the window has to walk it
        gc.collect()
        gc.freeze()
        # rows are tracked but never cyclic: at the default of 700 a collection would run every few pages of 50
        gc.set_threshold(_COLLECT_EVERY)
        left_s = max((self.settings.window_s or float("inf")) - late_s, 0.0)
        phase = Phase(name="window", origin_ns=_soon(), duration_s=left_s)
        # the warm-up's last second would be in nobody's live figures
        self._on_live(self.recorder.flush())
        began_ns = phase.origin_ns - int(late_s * _NS_PER_S)
        self.recorder.start_window(began_ns)
        self.deliveries.recording = self.own_writes.recording = True
        health = Health()
        async with self._beside(began_ns):
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

    @asynccontextmanager
    async def _beside(self, began_ns: int) -> AsyncIterator[None]:
        """What began in the window may end after it: a device that is away must come back for what it is owed."""
        tasks = [asyncio.create_task(run(began_ns)) for run in self.beside]
        try:
            yield
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _load(self, phase: Phase) -> None:
        """Every user runs the phase; returns when all have answered or the test is stopped."""
        self._phase = phase
        for user in list(self._users):
            self._start(user, phase, from_ns=phase.origin_ns)
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            while not self._stopped.is_set():
                running = self._running()
                if not running and time.perf_counter_ns() >= min(phase.end_ns, phase.deadline_ns):
                    return
                # users may join while others run: look again at least every tenth of a second
                await asyncio.wait([*running, stopped], timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._phase = None
            stopped.cancel()
            await self._end_users()

    def _running(self) -> list[asyncio.Task[None]]:
        return [*(task for task in self._users.values() if task and not task.done()), *self._leaving]

    async def _end_users(self) -> None:
        """What is in flight may end; what does not is cancelled, and then only the target knows of it."""
        for user, task in self._users.items():
            if task and not task.done():
                user.leave(task)
        if running := self._running():
            await asyncio.wait(running, timeout=_FINISH_S)
        running = self._running()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _start(self, user: "ChatUser", phase: Phase, *, from_ns: int) -> None:
        self._users[user] = asyncio.create_task(user.run_phase(self, phase, from_ns))

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
