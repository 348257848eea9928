"""Servers: the stack under a sitting. One of ours that dies is told of at once, and both are new for the next test."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
from redis.exceptions import RedisError

from harness.errors import HarnessError
from harness.stack.config import StackConfig
from harness.stack.stack import Stack, open_stack

_LOOK_EVERY_S = 0.25


class Servers:
    """The user's own servers are theirs to start again."""

    def __init__(self, config: StackConfig, closing: AsyncExitStack, stack: Stack) -> None:
        self._config, self._closing = config, closing
        self.stack = stack

    async def renew(self) -> None:
        """Start both anew where one has died."""
        if self.dead():
            # every step of it is gone through; those that ask the dead server fail
            with contextlib.suppress(OSError, asyncpg.PostgresError, RedisError):
                await self._closing.aclose()
            self.stack = await self._closing.enter_async_context(open_stack(self._config))

    def dead(self) -> str | None:
        """Which server of ours has ended, and how; None: none has."""
        for name, server in (("PostgreSQL", self.stack.postgres), ("Valkey", self.stack.redis)):
            process = getattr(server, "process", None)
            if process is not None and process.poll() is not None:
                return f"{name} {how_it_ended(process.returncode)}"
        return None

    async def outlive(self, work: Coroutine[Any, Any, Any]) -> Any:
        """The work's answer; a HarnessError as soon as a server under it has died."""
        working = asyncio.ensure_future(work)
        try:
            while not working.done():
                await asyncio.wait({working}, timeout=_LOOK_EVERY_S)
                # what the work itself says of a server that died is how it noticed
                if dead := self.dead():
                    raise HarnessError(
                        f"{dead}, so the test is over and nothing is kept of it. It is started again for the next test."
                    )
            return working.result()
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


@asynccontextmanager
async def servers_of(config: StackConfig) -> AsyncIterator[Servers]:
    async with AsyncExitStack() as closing:
        yield Servers(config, closing, await closing.enter_async_context(open_stack(config)))


def how_it_ended(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"
