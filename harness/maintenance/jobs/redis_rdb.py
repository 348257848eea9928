"""Redis's snapshot: BGSAVE, read back by a second server and compared."""

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

_HOLD_AT_MOST_MS = 5_000


async def _run(ground: Ground) -> Done:
    lasting = lasting_ms()
    async with redis_of(ground.stack.redis.url(0)) as redis:
        with ground.step("BGSAVE"):
            expected = await _fork(ground, redis, lasting)
            seen = await until_idle(redis, "rdb_bgsave_in_progress")
        fork_us = (await redis.info("stats"))["latest_fork_usec"]
        name = (await redis.config_get("dbfilename"))["dbfilename"]
        folder = take(ground, await files_folder(redis) / name, "rdb")
    told = {"fork_us": fork_us, "copied_on_write_bytes": seen["rdb_last_cow_size"]}
    return await restored(ground, folder, "--dbfilename", name, expected=expected, lasting=lasting, **told)


async def _fork(ground: Ground, redis: Any, lasting: int) -> RedisContent:
    """Writes are held while the keys are summed up and the process forks: the file then holds what was summed up.

    A transaction would not do: inside one, BGSAVE only asks for a fork later on.
    """
    with ground.step("hold writes for the fork"):
        await redis.client_pause(_HOLD_AT_MOST_MS, all=False)
        try:
            answer = await redis.eval_ro(DIGEST, 0, lasting)
            await redis.bgsave(schedule=False)
        finally:
            await redis.client_unpause()
    return RedisContent.of_reply(answer)


JOB = Job(
    name="redis_rdb",
    summary="Redis: BGSAVE, read back by a second server",
    source="§10.1",
    why_not=why_not_files,
    run=_run,
)
