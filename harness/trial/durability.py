"""Durability: what a variant asks of Redis's disk and of PostgreSQL's commits, for one trial."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis

from harness.stack.errors import AccessRefused
from harness.stack.stack import Stack
from reference_server.variant import Variant

_PLAIN = {"save": "", "appendonly": "no"}
_REWRITE_S = 60.0


def wanted_of(variant: Variant) -> dict[str, str]:
    """Redis's settings, as CONFIG SET takes them."""
    chosen = variant.durability
    return {"save": chosen.redis_save, "appendonly": "yes" if chosen.redis_appendonly else "no"}


@asynccontextmanager
async def durable(stack: Stack, variant: Variant) -> AsyncIterator[dict[str, Any]]:
    """Redis as the variant wants it while inside, then as it was; what was set, for the trial's record."""
    wanted = wanted_of(variant)
    record = {"synchronous_commit": variant.durability.synchronous_commit}
    if not stack.redis.embedded and wanted == _PLAIN:
        # the user's own keeps what the user chose
        yield {**record, "redis": "as configured by its owner"}
        return
    if not stack.redis.embedded and not stack.redis.may_configure:
        raise AccessRefused(
            f"{variant.name} sets {_shown(wanted)} on Redis, which is your own, so it was not measured. Set "
            "CHATBENCH_CONFIGURE_REDIS=1 to let chatbench set them and put them back, or use the embedded one."
        )
    client: Redis = Redis.from_url(stack.redis.url(0), protocol=2)
    try:
        before = {name: str((await client.config_get(name))[name]) for name in wanted}
        try:
            await _set(client, wanted)
            yield {**record, "redis": wanted}
        finally:
            await _set(client, before)
    finally:
        await client.aclose()


async def _set(client: Redis, wanted: dict[str, str]) -> None:
    for name, value in wanted.items():
        await client.config_set(name, value)
    deadline = time.monotonic() + _REWRITE_S
    # switching the file on writes it whole in the background first
    while wanted["appendonly"] == "yes" and time.monotonic() < deadline:
        state = await client.info("persistence")
        if not state["aof_rewrite_in_progress"] and not state["aof_rewrite_scheduled"]:
            return
        await asyncio.sleep(0.02)


def _shown(wanted: dict[str, str]) -> str:
    return ", ".join(f"{name} {value!r}" for name, value in wanted.items())
