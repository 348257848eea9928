"""ChatUser: a Locust user whose tasks are coroutines on the engine's loop, on an open-loop schedule."""

import asyncio
import random
import time
from uuid import uuid4

import gevent
from asyncpg.pgproto.pgproto import UUID as FastUUID  # noqa: N811 - builds six times faster than uuid.UUID
from gevent import GreenletExit
from gevent.hub import Waiter
from locust import User
from locust.user.task import LOCUST_STATE_RUNNING, LOCUST_STATE_STOPPING

from datasets.message_ids import MessageIds, uuid7
from scenarios.arrivals import offsets
from scenarios.clients.direct import message_ids_of
from scenarios.engine import engine
from scenarios.population import Chatter, Population
from scenarios.session import Phase, Session
from scenarios.timed import TimedChat

_NS_PER_S = 1_000_000_000


def new_id(variant: str) -> FastUUID:
    """A client-chosen message id of the variant's kind."""
    return _new_id(time_first=message_ids_of(variant) == MessageIds.UUID7)


def _new_id(*, time_first: bool) -> FastUUID:
    random = uuid4()
    if not time_first:
        return FastUUID(random.bytes)
    return FastUUID(uuid7(random, time.time_ns() // 1_000).bytes)


class ChatUser(User):
    """Subclass it, give it `@task(weight)` coroutines, and talk to the target through `self.chat`."""

    abstract = True
    #: Numbers the users of this process; set by the conductor so that no two processes share one.
    next_ordinal = 0
    session: Session

    chat: TimedChat
    population: Population
    rng: random.Random
    page_size: int

    #: In the middle of a task; and to go at its end.
    _busy = _leaving = False

    @classmethod
    async def prepare(cls, session: Session) -> None:
        """Once per test and process, before the warm-up: open sockets, choose pairs. In the engine's loop."""

    # -- Locust's side (gevent)

    def run(self) -> None:
        """Parked for the user's whole life: Locust counts and stops this greenlet, the loop does the work."""
        self._state = LOCUST_STATE_RUNNING
        if not hasattr(self, "session"):
            return  # the test was refused; its users go with it
        running = engine()
        self.ordinal = ChatUser.next_ordinal
        ChatUser.next_ordinal += 1
        self._parked = Waiter(gevent.get_hub())
        running.submit(self.session.add_user, self)
        try:
            self._parked.get()
        except GreenletExit:
            running.submit(self.session.remove_user, self)

    def stop(self, force: bool = False) -> bool:  # noqa: FBT001, FBT002, ARG002 - Locust's own signature
        self._state = LOCUST_STATE_STOPPING
        self._group.killone(self._greenlet)
        return True

    # -- the engine's side (asyncio)

    def leave(self, task: asyncio.Task[None]) -> None:
        """End `task`, this user's run, at the end of what it is doing."""
        self._leaving = True
        if not self._busy:
            task.cancel()

    async def run_phase(self, session: Session, phase: Phase, from_ns: int) -> None:
        """`from_ns`: when this user's part of the phase begins."""
        self._busy = self._leaving = False
        self.rng = session.rng(phase, self.ordinal)
        self.population = Population(session.settings.dataset, self.rng.getrandbits(63))
        self.chat = TimedChat(session.client, session.recorder)
        self.page_size = session.settings.page_size
        self._time_first = message_ids_of(session.settings.variant) == MessageIds.UUID7
        self._numbers = {task: session.recorder.number(f"task:{task.__name__}") for task in self.tasks}
        if session.is_closed_loop:
            await self._run_closed(session, phase)
        else:
            await self._run_schedule(session, phase, from_ns)

    async def _run_closed(self, session: Session, phase: Phase) -> None:
        await session.pacer.until(phase.origin_ns)
        end_ns = phase.end_ns
        while (now := time.perf_counter_ns()) < end_ns and not self._leaving:
            phase.scheduled += 1
            await self._perform(session, now)

    async def _run_schedule(self, session: Session, phase: Phase, from_ns: int) -> None:
        schedule = offsets(
            session.settings.arrivals,
            rate_per_s=session.settings.user_rate_per_s,
            duration_s=phase.duration_s - (from_ns - phase.origin_ns) / _NS_PER_S,
            rng=self.rng,
        )
        for offset_s in schedule:
            if self._leaving:
                return
            phase.scheduled += 1
            due_ns = from_ns + int(offset_s * _NS_PER_S)
            await session.pacer.until(due_ns)
            if time.perf_counter_ns() > phase.deadline_ns:
                phase.unstarted += 1
                continue
            await self._perform(session, due_ns)

    async def _perform(self, session: Session, due_ns: int) -> None:
        task = self.tasks[int(self.rng.random() * len(self.tasks))]  # a third of what rng.choice costs
        self.chat.due_ns = due_ns
        self.chat.failed = False
        self._busy = True
        start_ns = time.perf_counter_ns()
        try:
            await task(self)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - a failed task is a result; the next one is still due
            if not self.chat.failed:  # not an operation's: a fault of the scenario itself
                session.recorder.add_error(f"task:{task.__name__}", type(error).__name__)
            return
        finally:
            self._busy = False
        session.recorder.add(self._numbers[task], due_ns, start_ns, time.perf_counter_ns())

    # -- what scenarios draw

    def pick(self) -> Chatter:
        """A conversation (hot ones more often) and the member whom this user plays for the task."""
        return self.population.chatter()

    def fresh_id(self) -> FastUUID:
        """A client-chosen message id of the variant's kind: never one that an earlier run on the same database sent."""
        return _new_id(time_first=self._time_first)

    def phrase(self) -> str:
        """A message of 5–200 characters, short ones more often."""
        return _FILLER[: 5 + int(195 * self.rng.random() ** 3)]


_FILLER: str = "on my way, see you at the usual place around seven – bring the tickets if you find them 🙂 " * 3
