"""The stack: PostgreSQL and Redis for one run, started for it or the user's own, stopped with it."""

import asyncio
import fcntl
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.stack import postgres as embedded_postgres
from harness.stack import valkey as embedded_valkey
from harness.stack.accounts import Account, readable_home, server_account
from harness.stack.binaries import postgres_programs, valkey_program
from harness.stack.config import StackConfig
from harness.stack.errors import EnvironmentFailed
from harness.stack.own import own_postgres, own_redis
from harness.stack.postgres import Postgres
from harness.stack.valkey import Redis


@dataclass(frozen=True, kw_only=True, slots=True)
class Stack:
    """Both servers, ready."""

    postgres: Postgres
    redis: Redis

    async def describe(self) -> dict[str, Any]:
        """Versions and settings, for the record of a run."""
        return {"postgres": await self.postgres.describe(), "redis": await self.redis.describe()}


@asynccontextmanager
async def open_stack(config: StackConfig) -> AsyncIterator[Stack]:
    """Start what is embedded, reach what is not; stop what was started, whatever happens."""
    account = server_account()
    home = readable_home(config.home, account)
    home.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as cleanup:
        cleanup.enter_context(_lock(home))
        # short, for a socket's path holds about 100 bytes; private, for the sockets ask no password
        sockets = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="cb-", dir="/tmp")))  # noqa: S108 - made 0700
        account.own(sockets)
        postgres = await _postgres(config, home, sockets, account, cleanup)
        redis = await _redis(config, home, sockets, cleanup)
        yield Stack(postgres=postgres, redis=redis)


async def _postgres(
    config: StackConfig, home: Path, sockets: Path, account: Account, cleanup: AsyncExitStack
) -> Postgres:
    if config.postgres:
        return await own_postgres(config.postgres)
    programs = await asyncio.to_thread(postgres_programs, home)
    data = home / "postgres"
    await asyncio.to_thread(embedded_postgres.initialise, data, programs, account)
    server, process = await embedded_postgres.start(data, sockets, programs, account)
    cleanup.callback(embedded_postgres.stop, process)
    return server


async def _redis(config: StackConfig, home: Path, sockets: Path, cleanup: AsyncExitStack) -> Redis:
    if config.redis:
        return await own_redis(config.redis)
    server, process = await embedded_valkey.start(home, sockets, valkey_program())
    cleanup.callback(embedded_valkey.stop, process)
    return server


@contextmanager
def _lock(home: Path) -> Iterator[None]:
    """One run per home: two would trip over each other's servers."""
    path = home / "lock"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise EnvironmentFailed(
                f"{home} is in use by process {file.read().strip() or 'unknown'}, so nothing was started. "
                "Wait for it, stop it, or give this run a home of its own with --home."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
