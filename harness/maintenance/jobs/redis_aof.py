"""Redis's log: appendonly switched on, rewritten under load, read back by a second server and compared."""

import asyncio
from typing import Any

from harness.maintenance.ground import Ground
from harness.maintenance.job import Done, Job
from harness.maintenance.redis_files import (
    DIGEST,
    RedisContent,
    files_folder,
    lasting_ms,
    redis_of,
    restored,
    take,
    until_idle,
    why_not_files,
)

_REWRITING = ("aof_rewrite_in_progress", "aof_rewrite_scheduled")
#: Sends that go on while the log is written.
_GO_ON_S = 2.0


async def _run(ground: Ground) -> Done:
    lasting = lasting_ms()
    async with redis_of(ground.stack.redis.url(0)) as redis:
        was = (await redis.config_get("appendonly"))["appendonly"]
        try:
            with ground.step("switch on"):
                await redis.config_set("appendonly", "yes")
                await until_idle(redis, *_REWRITING)
            with ground.step("append while sends go on"):
                await asyncio.sleep(_GO_ON_S)
            appended = (await redis.info("persistence"))["aof_current_size"]
            with ground.step("BGREWRITEAOF"):
                await redis.bgrewriteaof()
                await until_idle(redis, *_REWRITING)
            expected = await _close_log(redis, lasting)
            name = (await redis.config_get("appenddirname"))["appenddirname"]
            folder = take(ground, await files_folder(redis) / name, "aof")
        finally:
            await redis.config_set("appendonly", was)
    told = {"before_rewrite_bytes": appended}
    return await restored(
        ground, folder, "--appendonly", "yes", "--appenddirname", name, expected=expected, lasting=lasting, **told
    )


async def _close_log(redis: Any, lasting: int) -> RedisContent:
    """In one transaction: the log ends exactly where the sum was made."""
    async with redis.pipeline(transaction=True) as pipe:
        pipe.eval(DIGEST, 0, lasting)
        pipe.config_set("appendonly", "no")
        answer, _ = await pipe.execute()
    return RedisContent.of_reply(answer)


JOB = Job(
    name="redis_aof",
    summary="Redis: append-only log and BGREWRITEAOF, read back by a second server",
    source="§10.1",
    why_not=why_not_files,
    run=_run,
)
