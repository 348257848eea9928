"""Devices of the `direct` target: subscribers of chat:user:{id}, all on one Redis connection."""

import asyncio
import contextlib
import time
from collections import defaultdict

import orjson
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from scenarios.protocol import OnDelivery


class ChannelListener:
    """One pub/sub connection for every device of this process."""

    def __init__(self, redis: Redis) -> None:
        self._pubsub: PubSub = redis.pubsub(ignore_subscribe_messages=True)
        self._devices: dict[str, list[OnDelivery]] = defaultdict(list)
        self._pump: asyncio.Task[None] | None = None
        # redis-py connects on first use: two at once would make two connections and lose one's subscriptions
        self._changing = asyncio.Lock()

    async def listen(self, user: str, on_delivery: OnDelivery) -> "ChannelSubscription":
        channel = f"chat:user:{user}"
        async with self._changing:
            if not self._devices[channel]:
                await self._pubsub.subscribe(channel)
            self._devices[channel].append(on_delivery)
            if self._pump is None:
                self._pump = asyncio.create_task(self._deliver())
        return ChannelSubscription(self, channel, on_delivery)

    async def drop(self, channel: str, on_delivery: OnDelivery) -> None:
        async with self._changing:
            self._devices[channel].remove(on_delivery)
            if not self._devices[channel]:
                await self._pubsub.unsubscribe(channel)

    async def close(self) -> None:
        if self._pump:
            self._pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pump
        await self._pubsub.aclose()  # type: ignore[no-untyped-call]

    async def _deliver(self) -> None:
        async for message in self._pubsub.listen():
            at = time.perf_counter_ns()
            event = orjson.loads(message["data"])
            if event["type"] == "message.new":
                channel = message["channel"]
                name = channel.decode() if isinstance(channel, bytes) else channel
                for on_delivery in self._devices[name]:
                    on_delivery(event["payload"]["id"], at)


class ChannelSubscription:
    """One device."""

    def __init__(self, listener: ChannelListener, channel: str, on_delivery: OnDelivery) -> None:
        self._listener, self._channel, self._on_delivery = listener, channel, on_delivery

    async def close(self) -> None:
        await self._listener.drop(self._channel, self._on_delivery)
