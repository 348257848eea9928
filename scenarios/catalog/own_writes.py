"""Senders look at once: a message is sent and the newest page is read, which must hold it."""

import asyncio
import time
from typing import Any

from locust import tag, task

from scenarios.user import ChatUser

#: A sender who does not see the own message looks again this soon, and gives up after that long.
_AGAIN_S = 0.001
_GIVE_UP_S = 5.0


class OwnWrites(ChatUser):
    @tag("read", "write", "messages", "pages")
    @task
    async def send_and_look(self) -> None:
        who, message = self.pick(), self.fresh_id()
        # the content is how the sender knows the message again: where ids are numbers, pages show no client's id
        said = str(message)
        await self.chat.send(who.me, who.conversation, message=message, content=said)
        sent_ns = time.perf_counter_ns()
        page = await self.chat.newest_page(who.me, who.conversation, limit=self.page_size)
        if holds(page, said):
            self.session.own_writes.seen()
            return
        while time.perf_counter_ns() - sent_ns < _GIVE_UP_S * 1e9:
            await asyncio.sleep(_AGAIN_S)
            page = await self.chat.newest_page(who.me, who.conversation, limit=self.page_size)
            if holds(page, said):
                self.session.own_writes.missed((time.perf_counter_ns() - sent_ns) // 1_000)
                return
        self.session.own_writes.missed(None)


def holds(page: Any, said: str) -> bool:
    """Newest first, so the first row is the usual answer."""
    return any(row["content"] == said for row in page.rows)
