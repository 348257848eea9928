"""Devices of the `direct` target: each hears its user over the variant's own transport, all on one connection."""

import time
from uuid import UUID

import orjson

from reference_server.transport import Subscriber
from scenarios.protocol import OnDelivery, sent_id

_MESSAGE_NEW = '{"type":"message.new"'


class Device:
    """A sink of events that tells which messages arrived, and when."""

    def __init__(self, on_delivery: OnDelivery) -> None:
        self._on_delivery = on_delivery

    def put(self, frame: str) -> None:
        at = time.perf_counter_ns()
        if frame.startswith(_MESSAGE_NEW):
            self._on_delivery(sent_id(orjson.loads(frame)["payload"]), at)


class ChannelSubscription:
    """One attached device."""

    def __init__(self, subscriber: Subscriber, user: UUID, device: Device) -> None:
        self._subscriber, self._user, self._device = subscriber, user, device

    async def close(self) -> None:
        await self._subscriber.detach(self._user, self._device)


async def attach_device(subscriber: Subscriber, user: UUID, on_delivery: OnDelivery) -> ChannelSubscription:
    """Once this returns, deliveries can arrive."""
    device = Device(on_delivery)
    await subscriber.attach(user, device)
    return ChannelSubscription(subscriber, user, device)
