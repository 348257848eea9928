"""Fan-out: senders write to receivers with several devices, and every device's delivery is timed and counted."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from locust import tag, task

from scenarios.population import Chatter, distinct_pairs
from scenarios.session import Session
from scenarios.user import ChatUser

#: Sockets are opened this many at a time: a reconnect storm is another scenario.
_OPENING_AT_ONCE = 50


class Fanout(ChatUser):
    pairs: ClassVar[list[Chatter]] = []

    @classmethod
    async def prepare(cls, session: Session) -> None:
        place, processes = session.settings.place
        pairs = distinct_pairs(session.settings.dataset, session.settings.receivers)
        # each process has receivers of its own, so that all together have as many as one would
        cls.pairs = pairs[place::processes] or pairs
        opening = asyncio.Semaphore(_OPENING_AT_ONCE)

        def heard_by(device: int) -> Callable[[str, int], None]:
            return lambda message, at_ns: session.deliveries.received(message, device, at_ns)

        async def open_device(pair: Chatter, device: int) -> None:
            async with opening:
                await session.client.listen(pair.other, device, heard_by(device))

        devices = range(session.settings.devices)
        await asyncio.gather(*(open_device(pair, device) for pair in cls.pairs for device in devices))

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
