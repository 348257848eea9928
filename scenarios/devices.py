"""Devices: the receivers' sockets of one process, and how they come back from an outage."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from scenarios.outage import Outage
from scenarios.protocol import OnDelivery, Subscription
from scenarios.session import Session

#: A row of results beside the operations: from the moment a device wants its line back until it has what it missed.
RECONNECT = "reconnect"
#: Sockets are opened this many at a time before the load; what comes back from an outage waits for nobody.
_OPENING_AT_ONCE = 50
#: A device that was refused tries again this soon, until so long after the outage.
_AGAIN_S = 0.5
_GIVE_UP_S = 10.0
_CURSORS_WITHIN_S = 10.0
_NS_PER_S = 1_000_000_000


@dataclass(kw_only=True, slots=True, eq=False)
class _Device:
    user: UUID
    number: int
    on_delivery: OnDelivery
    subscription: Subscription


class Devices:
    """Every receiver has as many as --devices says."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._devices: list[_Device] = []
        self._users: dict[UUID, int] = {}

    async def open(self, users: Sequence[UUID]) -> None:
        opening = asyncio.Semaphore(_OPENING_AT_ONCE)
        self._users = {user: place for place, user in enumerate(users)}

        async def open_one(user: UUID, number: int) -> _Device:
            def on_delivery(message: str, at_ns: int, resumed: bool) -> None:  # noqa: FBT001 - the protocol's
                self._session.deliveries.received(message, number, at_ns, resumed=resumed)

            async with opening:
                subscription = await self._session.client.listen(user, number, on_delivery)
            return _Device(user=user, number=number, on_delivery=on_delivery, subscription=subscription)

        numbers = range(self._session.settings.devices)
        self._devices = await asyncio.gather(*(open_one(user, number) for user in users for number in numbers))

    async def have_cursors(self) -> None:
        """Wait until each has heard something: without a cursor nothing can be resumed."""
        give_up = time.monotonic() + _CURSORS_WITHIN_S
        while any(device.subscription.cursor is None for device in self._devices) and time.monotonic() < give_up:  # noqa: ASYNC110 - a delivery tells no event
            await asyncio.sleep(0.02)

    async def go_through(self, outage: Outage, began_ns: int) -> None:
        """Lose the lines and get them back. `began_ns`: the window's start, of which this process may be late."""
        session, back_ns = self._session, began_ns + int(outage.ends_s * _NS_PER_S)
        fallen = await session.until(began_ns + int(outage.begins_s * _NS_PER_S))
        if not fallen or time.perf_counter_ns() >= back_ns:
            return
        lost = round(outage.share * len(self._users))
        away = [device for device in self._devices if self._users[device.user] < lost]
        await asyncio.gather(*(device.subscription.drop() for device in away))
        if not await session.until(back_ns):
            back_ns = time.perf_counter_ns()  # the test ends here, and what is owed may still come
        rng = random.Random(f"{session.settings.seed}:outage:{session.settings.place}")
        moments = [back_ns + int(outage.within_s * rng.random() * _NS_PER_S) for _ in away]
        await asyncio.gather(*map(self._come_back, away, moments))

    async def _come_back(self, device: _Device, due_ns: int) -> None:
        session = self._session
        give_up_ns = due_ns + int(_GIVE_UP_S * _NS_PER_S)
        await session.pacer.until(due_ns)
        while (start_ns := time.perf_counter_ns()) < give_up_ns:
            try:
                device.subscription = await session.client.listen(
                    device.user, device.number, device.on_delivery, after=device.subscription.cursor
                )
            except Exception as error:  # noqa: BLE001 - a refused device is a result, and tries again
                session.recorder.add_error(RECONNECT, getattr(error, "code", type(error).__name__))
                await asyncio.sleep(_AGAIN_S)
                continue
            if device.subscription.is_whole:
                number = session.recorder.number(RECONNECT)
                session.recorder.add(number, due_ns, start_ns, time.perf_counter_ns())
            else:
                session.recorder.add_error(RECONNECT, "resume_not_complete")
            return
