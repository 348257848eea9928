"""Who is there: heartbeats, the presence of a contact list, going offline, last seen."""

from locust import tag, task

from scenarios.user import ChatUser

#: As many contacts as a phone shows on a screen of conversations.
_CONTACTS = 20


class Presence(ChatUser):
    @tag("write", "presence")
    @task(6)
    async def heartbeat(self) -> None:
        await self.chat.heartbeat(self.pick().me)

    @tag("read", "presence")
    @task(3)
    async def presence_lookup(self) -> None:
        contacts = [self.population.stranger() for _ in range(_CONTACTS - 1)]
        who = self.pick()
        await self.chat.presence_lookup(who.me, [who.other, *contacts])

    @tag("read", "presence")
    @task(1)
    async def last_seen(self) -> None:
        who = self.pick()
        await self.chat.last_seen(who.me, who.other)

    @tag("write", "presence")
    @task(1)
    async def go_offline(self) -> None:
        await self.chat.go_offline(self.pick().me)
