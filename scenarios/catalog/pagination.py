"""Members scroll: the newest page first, then a few older ones, sometimes the list or the gallery."""

from locust import tag, task

from scenarios.user import ChatUser

#: Most readers turn one page, few turn twenty: each further page is turned with this chance.
_TURN_ON = 0.6
_MAX_DEPTH = 20


class Pagination(ChatUser):
    @tag("read", "pages")
    @task(6)
    async def newest_page(self) -> None:
        who = self.pick()
        await self.chat.newest_page(who.me, who.conversation, limit=self.page_size)

    @tag("read", "pages")
    @task(3)
    async def scroll_back(self) -> None:
        who = self.pick()
        page = await self.chat.newest_page(who.me, who.conversation, limit=self.page_size)
        for _ in range(_MAX_DEPTH):
            if page.next is None:
                return
            page = await self.chat.older_page(who.me, who.conversation, before=page.next, limit=self.page_size)
            if self.rng.random() > _TURN_ON:
                return

    @tag("read", "lists")
    @task(2)
    async def conversation_list(self) -> None:
        await self.chat.conversation_list(self.pick().me, limit=20)

    @tag("read", "media")
    @task(1)
    async def media_gallery(self) -> None:
        who = self.pick()
        await self.chat.media_gallery(who.me, who.conversation, kind="image", limit=20)
