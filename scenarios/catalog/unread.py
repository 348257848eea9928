"""Badges: messages are sent, counts are looked at, conversations are read."""

from locust import tag, task

from scenarios.user import ChatUser


class Unread(ChatUser):
    @tag("write", "messages")
    @task(3)
    async def send(self) -> None:
        who = self.pick()
        await self.chat.send(who.me, who.conversation, message=self.fresh_id(), content=self.phrase())

    @tag("read", "unread")
    @task(4)
    async def unread_total(self) -> None:
        await self.chat.unread_total(self.pick().me)

    @tag("read", "unread")
    @task(2)
    async def unread_conversation(self) -> None:
        who = self.pick()
        await self.chat.unread_conversation(who.me, who.conversation)

    @tag("write", "unread")
    @task(2)
    async def mark_read(self) -> None:
        who = self.pick()
        await self.chat.mark_read(who.me, who.conversation)
