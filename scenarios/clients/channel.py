"""Devices of the `direct` target: each hears its user over the variant's own transport, all on one connection."""

import time
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import orjson

from reference_server.transport import Subscriber
from scenarios.protocol import OnDelivery, sent_id

_MESSAGE_NEW = '{"type":"message.new"'


class Device:
    """A sink of events that tells which messages arrived, and when."""

    def __init__(self, on_delivery: OnDelivery, cursor: str | None) -> None:
        self._on_delivery = on_delivery
        self.cursor = cursor
        #: Messages that the resume told: their events may still come.
        self._resumed: set[str] = set()

    def put(self, frame: str) -> None:
        at = time.perf_counter_ns()
        if frame.startswith(_MESSAGE_NEW):
            message = self._heard(orjson.loads(frame))
            if message not in self._resumed:
                self._on_delivery(message, at, False)

    def missed(self, event: bytes) -> None:
        """What was said while the device was away."""
        message = self._heard(orjson.loads(event))
        self._resumed.add(message)
        self._on_delivery(message, time.perf_counter_ns(), True)

    def _heard(self, event: Mapping[str, Any]) -> str:
        self.cursor = event["cursor"]
        return sent_id(event["payload"])


class ChannelSubscription:
    """One attached device."""

    def __init__(self, subscriber: Subscriber, user: UUID, device: Device) -> None:
        self._subscriber, self._user, self._device = subscriber, user, device
        self.is_whole = True

    @property
    def cursor(self) -> str | None:
        return self._device.cursor

    def resume(self, missed: Iterable[bytes], *, is_whole: bool) -> None:
        """As the server does for a socket: attached already, so that what the query misses arrives as an event."""
        for event in missed:
            self._device.missed(event)
        self.is_whole = is_whole

    async def close(self) -> None:
        await self._subscriber.detach(self._user, self._device)

    drop = close


async def attach_device(
    subscriber: Subscriber, user: UUID, on_delivery: OnDelivery, after: str | None
) -> ChannelSubscription:
    """Once this returns, deliveries can arrive."""
    device = Device(on_delivery, after)
    await subscriber.attach(user, device)
    return ChannelSubscription(subscriber, user, device)
