"""A database for one measurement."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from harness.seeding.databases import Mark, create_database, drop_database
from harness.stack.stack import Stack


@asynccontextmanager
async def scratch_database(stack: Stack) -> AsyncIterator[str]:
    """DSN of an empty, marked database that is dropped at the end."""
    name = f"chatbench_bench_{secrets.token_hex(4)}"
    await create_database(stack.postgres.admin_dsn, name, Mark(role="bench"))
    try:
        yield stack.postgres.dsn(name)
    finally:
        await drop_database(stack.postgres.admin_dsn, name)
