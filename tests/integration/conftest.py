"""One embedded stack for all integration tests; each test gets a database of its own."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from harness.seeding.databases import Mark, create_database, drop_database
from harness.stack.config import StackConfig
from harness.stack.stack import Stack, open_stack
from tests.integration.places import shared_folder


@dataclass(frozen=True, kw_only=True, slots=True)
class Servers:
    """The session's embedded servers."""

    stack: Stack

    @property
    def admin_dsn(self) -> str:
        return self.stack.postgres.admin_dsn

    def dsn(self, database: str) -> str:
        return self.stack.postgres.dsn(database)

    def redis_url(self, number: int) -> str:
        return self.stack.redis.url(number)


@pytest.fixture(scope="session")
def stack_home() -> Iterator[Path]:
    with shared_folder() as home:
        yield home


@pytest.fixture(scope="session")
async def servers(stack_home: Path) -> AsyncIterator[Servers]:
    async with open_stack(StackConfig(home=stack_home, settings={"shared_buffers": "256MB"})) as stack:
        yield Servers(stack=stack)


@pytest.fixture
async def fresh_database(servers: Servers) -> AsyncIterator[str]:
    """DSN of a new empty database, dropped afterwards."""
    name = f"test_{uuid4().hex}"
    await create_database(servers.admin_dsn, name, Mark(role="test"))
    yield servers.dsn(name)
    await drop_database(servers.admin_dsn, name)


@pytest.fixture
async def fresh_redis(servers: Servers) -> str:
    """URL of an empty logical database."""
    url = servers.redis_url(1)
    async with Redis.from_url(url, protocol=2) as client:
        await client.flushdb()
    return url
