"""A chat client's day: everything, switching conversation and scrolling several times as often as sending.

Our own proportions, for lack of a published trace of a two-person chat; a production system's counts are better.
"""

from locust import tag, task

from scenarios.catalog.blocks import Blocks
from scenarios.catalog.pagination import Pagination
from scenarios.catalog.presence import Presence
from scenarios.catalog.unread import Unread
from scenarios.user import ChatUser


class Day(ChatUser):
    @tag("read", "pages")
    @task(20)
    async def switch_conversation(self) -> None:
        who = self.pick()
        await self.chat.newest_page(who.me, who.conversation, limit=self.page_size)

    @tag("write", "unread")
    @task(4)
    async def read_conversation(self) -> None:
        who = self.pick()
        await self.chat.mark_read(who.me, who.conversation)

    @tag("write", "messages")
    @task(10)
    async def send(self) -> None:
        who = self.pick()
        await self.chat.send(who.me, who.conversation, message=self.fresh_id(), content=self.phrase())

    tasks = {  # noqa: RUF012 - Locust reads a plain dict
        Pagination.scroll_back: 8,
        Pagination.conversation_list: 8,
        Pagination.media_gallery: 3,
        Unread.unread_total: 8,
        Unread.unread_conversation: 4,
        Presence.heartbeat: 8,
        Presence.presence_lookup: 6,
        Presence.last_seen: 2,
        Presence.go_offline: 2,
        Blocks.block_check: 4,
        Blocks.block_list: 2,
        Blocks.block_and_relent: 2,
    }
