"""A small world for the use cases: a variant built in an empty database, some users, one conversation."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import pytest

from reference_server.chat import Chat
from reference_server.opening import open_chat
from reference_server.records import Draft
from reference_server.schema import whole
from reference_server.variant import Variant, load_variant


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    chat: Chat
    #: A connection beside the chat's own, to look and to meddle.
    database: asyncpg.Connection
    dsn: str
    redis_url: str
    users: list[UUID]
    #: Between ann and bob, the first two users.
    conversation: UUID

    @property
    def ann(self) -> UUID:
        return self.users[0]

    @property
    def bob(self) -> UUID:
        return self.users[1]

    @property
    def eve(self) -> UUID:
        return self.users[2]

    async def say(self, sender: UUID, content: str) -> UUID:
        """The new message's id."""
        sent = await self.chat.send(sender, self.conversation, text(content))
        return sent.message["id"]

    async def stored_counts(self) -> dict[UUID, int]:
        """Unread per receiver, recounted from the messages that a page shows."""
        page = await self.chat.newest_page(self.ann, self.conversation, limit=200)
        assert page.next is None
        return Counter(row["receiver_id"] for row in page.rows if not row["is_read"])


def text(content: str) -> Draft:
    return Draft(id=uuid4(), type="text", content=content)


async def build(database: asyncpg.Connection, variant: Variant) -> None:
    # Few partitions: the tests' own messages lie in May 2025 and now.
    await database.execute("SET chatbench.data_from = '2025-05-01'; SET chatbench.data_to = '2025-05-31'")
    for step in whole(variant):
        await database.execute(step.text)


@pytest.fixture
def variant_name() -> str:
    return "spec"


@pytest.fixture
async def world(fresh_database: str, fresh_redis: str, variant_name: str) -> AsyncIterator[World]:
    variant = load_variant(variant_name)
    database = await asyncpg.connect(fresh_database)
    try:
        await build(database, variant)
        users = [uuid4() for _ in range(5)]
        await database.executemany("INSERT INTO users (id, username) VALUES ($1, $2)", [(u, str(u)) for u in users])
        async with open_chat(fresh_database, fresh_redis, variant, connections=4) as chat:
            opened = await chat.open_conversation(users[0], users[1])
            yield World(
                chat=chat,
                database=database,
                dsn=fresh_database,
                redis_url=fresh_redis,
                users=users,
                conversation=opened["id"],
            )
    finally:
        await database.close()
