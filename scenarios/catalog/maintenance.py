"""Sends at a steady rate, while chatbench maintains the database under them."""

from locust import tag, task

from scenarios.operations import Operation
from scenarios.session import Session
from scenarios.user import ChatUser


class Maintenance(ChatUser):
    @classmethod
    async def prepare(cls, session: Session) -> None:
        session.recorder.trace(Operation.send.value)

    @tag("write", "messages")
    @task
    async def send(self) -> None:
        who = self.pick()
        await self.chat.send(who.me, who.conversation, message=self.fresh_id(), content=self.phrase())
