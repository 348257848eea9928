"""Fan-out: senders write to receivers with several devices, and every device's delivery is timed and counted."""

import asyncio
import functools
import time
from typing import ClassVar

from locust import tag, task

from datasets.message_ids import MessageIds
from scenarios.clients.direct import message_ids_of
from scenarios.devices import Devices
from scenarios.errors import OptionError
from scenarios.operations import Operation
from scenarios.population import Chatter, distinct_pairs
from scenarios.session import Session
from scenarios.user import ChatUser, new_id


class Fanout(ChatUser):
    pairs: ClassVar[list[Chatter]] = []

    @classmethod
    async def prepare(cls, session: Session) -> None:
        place, processes = session.settings.place
        pairs = distinct_pairs(session.settings.dataset, session.settings.receivers)
        # each process has receivers of its own, so that all together have as many as one would
        cls.pairs = pairs[place::processes] or pairs
        devices = Devices(session)
        await devices.open([pair.other for pair in cls.pairs])
        if session.settings.outage:
            _check_ids(session.settings.variant)
            await asyncio.gather(*(_first_message(session, pair) for pair in cls.pairs))
            await devices.have_cursors()
            session.beside.append(functools.partial(devices.go_through, session.settings.outage))

    @tag("write", "messages", "delivery")
    @task
    async def send(self) -> None:
        pair = self.rng.choice(self.pairs)
        message = self.fresh_id()
        deliveries = self.session.deliveries
        deliveries.expect(str(message), due_ns=self.chat.due_ns, devices=self.session.settings.devices)
        try:
            await self.chat.send(pair.me, pair.conversation, message=message, content=self.phrase())
        except Exception:
            deliveries.forget(str(message))
            raise


def _check_ids(variant: str) -> None:
    if message_ids_of(variant) == MessageIds.BIGINT:
        raise OptionError(
            f"{variant} numbers its messages, and a resume tells their numbers only, so nobody could tell whether what "
            "was sent in the outage has arrived. Take another shape, or a variant whose ids the client chooses."
        )


async def _first_message(session: Session, pair: Chatter) -> None:
    """Gives the receiver's devices their first cursor; counted with the warm-up's, as the database does."""
    start_ns = time.perf_counter_ns()
    await session.client.send(pair.me, pair.conversation, message=new_id(session.settings.variant), content="hello")
    session.recorder.add(session.recorder.number(Operation.send.value), start_ns, start_ns, time.perf_counter_ns())
