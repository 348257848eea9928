"""What unread counts and marking as read cost with 10, 100, 1,000 and 10,000 unread messages in a conversation."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg

from harness.sweep.world import Point, World
from reference_server.cache import unread
from reference_server.records import Draft

_SIZES = (10, 100, 1_000, 10_000)
_CALLS = 30
_SENDERS = 4
#: A conversation that is neither long nor short.
_ORDINAL = 100


class Unread:
    """Unread messages are sent through the use cases, so every variant keeps its own books of them.

    Counts are asked twice: as they stand (from Redis, where the variant keeps them there) and after the cached count is
    gone (operation `unread_conversation:miss`). Marking as read happens once a size: it ends the state it measures.
    """

    name = "unread"
    axis = "unread messages"

    async def points(self, world: World) -> AsyncIterator[Point]:
        conversation = world.dataset.conversation_id(_ORDINAL)
        sender, reader = (world.dataset.user_id(one) for one in world.dataset.members(_ORDINAL))
        await world.chat.block_remove(sender, reader)
        await world.chat.block_remove(reader, sender)
        for size in _SIZES:
            await world.chat.mark_read(reader, conversation)
            await _send(world, sender, conversation, size)
            await _vacuum(world.dsn)
            async for point in self._at(world, reader, conversation, size):
                yield point

    async def _at(self, world: World, reader: UUID, conversation: UUID, size: int) -> AsyncIterator[Point]:
        chat = world.chat

        async def after_a_miss() -> None:
            await chat.redis.delete(unread.conversation_key(reader, conversation), unread.total_key(reader))
            await chat.unread_conversation(reader, conversation)

        await chat.unread_total(reader)
        yield await world.measure(self.name, "unread_total", size, lambda: chat.unread_total(reader), calls=_CALLS)
        await chat.unread_conversation(reader, conversation)
        yield await world.measure(
            self.name, "unread_conversation", size, lambda: chat.unread_conversation(reader, conversation), calls=_CALLS
        )
        yield await world.measure(self.name, "unread_conversation:miss", size, after_a_miss, calls=_CALLS)
        yield await world.measure(self.name, "mark_read", size, lambda: chat.mark_read(reader, conversation), calls=1)


async def _send(world: World, sender: UUID, conversation: UUID, count: int) -> None:
    left = iter(range(count))

    async def send() -> None:
        for number in left:
            draft = Draft(id=uuid4(), type="text", content=f"unread {number}")
            await world.chat.send(sender, conversation, draft)

    await asyncio.gather(*(send() for _ in range(_SENDERS)))


async def _vacuum(dsn: str) -> None:
    """What sending left behind is not the question here; images of pages are out of the way after the checkpoint."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()
