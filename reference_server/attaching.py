"""Attaching: a user's sink joins or leaves a channel; whoever publishes is told when that changes something."""

import contextlib
from uuid import UUID

from reference_server.errors import Unavailable
from reference_server.events import channel
from reference_server.outbox import Registry, Sink


class Attaching:
    """For transports that have a subscription for each user; `_settle` makes one what the registry says."""

    def __init__(self) -> None:
        self._registry = Registry()

    async def attach(self, user: UUID, sink: Sink) -> None:
        """Once this returns, whatever is published to the user arrives. Raises Unavailable."""
        name = channel(user).encode()
        self._registry.add(name, sink)
        try:
            await self._settle(name)
        except BaseException:
            await self.detach(user, sink)
            raise

    async def detach(self, user: UUID, sink: Sink) -> None:
        """Nothing more arrives."""
        name = channel(user).encode()
        self._registry.remove(name, sink)
        if name not in self._registry:
            with contextlib.suppress(Unavailable):
                await self._settle(name)

    async def _settle(self, name: bytes) -> None:
        """Subscribe to the channel or leave it, as the registry has it. Raises Unavailable."""
        raise NotImplementedError
