"""How a page costs more with its depth: 50 messages behind 0, 100, 1,000 and 10,000 of the longest conversation."""

from collections.abc import AsyncIterator
from uuid import UUID

from harness.sweep.world import Point, World, missing
from reference_server.records import Page

_SIZES = (0, 100, 1_000, 10_000)
_LIMIT = 50
_CALLS = 40
#: The conversations are numbered by length, the longest first.
_LONGEST = 0


class PageDepth:
    """Pages are reached as a reader reaches them, cursor by cursor, whatever a variant puts into a cursor."""

    name = "page_depth"
    axis = "messages before the page"

    async def points(self, world: World) -> AsyncIterator[Point]:
        conversation = world.dataset.conversation_id(_LONGEST)
        user = world.dataset.user_id(world.dataset.members(_LONGEST)[0])
        depth, page = 0, None
        for size in _SIZES:
            if size == 0:
                yield await world.measure(
                    *(self.name, "newest_page", 0),
                    lambda: world.chat.newest_page(user, conversation, limit=_LIMIT),
                    calls=_CALLS,
                )
                continue
            page = page or await world.chat.newest_page(user, conversation, limit=_LIMIT)
            depth = depth or _LIMIT
            while depth < size and page.next is not None:
                page = await world.chat.older_page(user, conversation, before=page.next, limit=_LIMIT)
                depth += _LIMIT
            if page.next is None:
                yield missing(self.name, "older_page", size, f"the longest conversation holds {depth:,} at most")
                continue
            yield await self._at(world, user, conversation, page, size)

    async def _at(self, world: World, user: UUID, conversation: UUID, page: Page, size: int) -> Point:
        cursor = page.next
        assert cursor is not None
        return await world.measure(
            *(self.name, "older_page", size),
            lambda: world.chat.older_page(user, conversation, before=cursor, limit=_LIMIT),
            calls=_CALLS,
        )
