"""Blocking: mostly checks, now and then a list, rarely a block that is taken back."""

from locust import tag, task

from scenarios.user import ChatUser


class Blocks(ChatUser):
    @tag("read", "blocks")
    @task(8)
    async def block_check(self) -> None:
        who = self.pick()
        await self.chat.block_check(who.me, who.other)

    @tag("read", "blocks")
    @task(2)
    async def block_list(self) -> None:
        await self.chat.block_list(self.pick().me, limit=50)

    @tag("write", "blocks")
    @task(1)
    async def block_and_relent(self) -> None:
        # a stranger, so that the conversations that other tasks send in stay open
        me, stranger = self.pick().me, self.population.stranger()
        if me == stranger:
            return
        await self.chat.block_add(me, stranger)
        await self.chat.block_remove(me, stranger)
