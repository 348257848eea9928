"""A small world for the use cases: a variant built in an empty database, some users, one conversation."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import pytest

from harness.seeding.databases import Mark, create_database, drop_database
from reference_server.chat import Chat
from reference_server.opening import open_chat
from reference_server.records import Draft
from reference_server.schema import whole
from reference_server.variant import Variant, load_variant
from tests.integration.conftest import Servers
from tests.integration.people import People

#: A variant's name → the DSN of its database.
Built = Callable[[str], Awaitable[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class World(People):
    chat: Chat
    #: A connection beside the chat's own, to look and to meddle.
    database: asyncpg.Connection
    dsn: str
    redis_url: str
    users: list[UUID]
    #: Between ann and bob, the first two users.
    conversation: UUID

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


@pytest.fixture(scope="session")
async def built(servers: Servers) -> AsyncIterator[Built]:
    """The DSN of a variant's database, built when a test first asks for it: that takes longer than most tests."""
    names: dict[str, str] = {}

    async def dsn(variant_name: str) -> str:
        if variant_name not in names:
            names[variant_name] = f"test_{uuid4().hex}"
            await create_database(servers.admin_dsn, names[variant_name], Mark(role="test"))
            database = await asyncpg.connect(servers.dsn(names[variant_name]))
            await build(database, load_variant(variant_name))
            await database.close()
        return servers.dsn(names[variant_name])

    yield dsn
    for name in names.values():
        await drop_database(servers.admin_dsn, name)


async def _empty(database: asyncpg.Connection) -> None:
    tables = await database.fetch(
        "SELECT oid::regclass::text FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"
    )
    await database.execute(f"TRUNCATE {', '.join(row[0] for row in tables)} RESTART IDENTITY CASCADE")


@pytest.fixture
async def world(built: Built, fresh_redis: str, variant_name: str) -> AsyncIterator[World]:
    variant, dsn = load_variant(variant_name), await built(variant_name)
    database = await asyncpg.connect(dsn)
    try:
        await _empty(database)
        users = [uuid4() for _ in range(5)]
        await database.executemany("INSERT INTO users (id, username) VALUES ($1, $2)", [(u, str(u)) for u in users])
        async with open_chat(dsn, fresh_redis, variant, connections=4) as chat:
            opened = await chat.open_conversation(users[0], users[1])
            yield World(
                chat=chat,
                database=database,
                dsn=dsn,
                redis_url=fresh_redis,
                users=users,
                conversation=opened["id"],
            )
    finally:
        await database.close()
