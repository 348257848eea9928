"""Redis's files: taken from the embedded server, read by a second one, and compared."""

import asyncio
import shutil
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from redis.asyncio import Redis
from redis.exceptions import RedisError

from harness.maintenance.errors import JobFailed
from harness.maintenance.ground import Ground
from harness.maintenance.job import Done
from harness.maintenance.programs import size_of
from harness.stack import binaries, home, process

DIGEST = (Path(__file__).with_name("digest.lua")).read_text(encoding="utf-8")
_EXPIRES_LATER_MS = 600_000
_PATIENCE_S = 120.0


@dataclass(frozen=True, kw_only=True, slots=True)
class RedisContent:
    """What one logical database holds."""

    keys: int
    checksum: str

    @classmethod
    def of_reply(cls, answer: list[Any]) -> "RedisContent":
        return cls(keys=int(answer[0]), checksum=bytes(answer[1]).decode())


async def why_not_files(ground: Ground) -> str | None:
    if ground.stack.redis.embedded:
        return None
    return "saving changes the server's files and configuration, and this server is yours."


def lasting_ms() -> int:
    """Keys that expire before this moment are not compared."""
    return int(time.time() * 1000) + _EXPIRES_LATER_MS


@asynccontextmanager
async def redis_of(url: str) -> AsyncIterator[Any]:
    client: Redis = Redis.from_url(url, protocol=2)
    try:
        yield client
    finally:
        await client.aclose()


async def until_idle(redis: Any, *flags: str) -> dict[str, Any]:
    """Wait until none of the flags of INFO persistence is set; returns that section."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        seen: dict[str, Any] = await redis.info("persistence")
        if not any(seen[flag] for flag in flags):
            return seen
        if time.monotonic() > deadline:
            raise JobFailed(f"Redis was not done within {_PATIENCE_S:.0f} s: {', '.join(flags)} is still set.")
        await asyncio.sleep(0.01)


async def files_folder(redis: Any) -> Path:
    return Path((await redis.config_get("dir"))["dir"])


def take(ground: Ground, source: Path, name: str) -> Path:
    """Move a file or folder of the server into a folder of its own, which a second server may use."""
    folder = ground.folder / name
    folder.mkdir()
    shutil.move(source, folder / source.name)
    for place in [folder, *folder.rglob("*")]:
        home.give(place, ground.account, 0o700 if place.is_dir() else 0o600)
    return folder


async def _read_back(ground: Ground, folder: Path, *options: str, lasting: int) -> RedisContent:
    """What a second server has after it started on the folder's files."""
    sockets, log = home.socket_folder(ground.account), ground.folder / "second-valkey.log"
    socket = sockets / "valkey.sock"
    command = [
        *(str(binaries.valkey_program(ground.account)), "--port", "0", "--unixsocket", str(socket)),
        *("--dir", str(folder), "--databases", "64", "--save", "", "--daemonize", "no", *options),
    ]
    started = process.start(command, ground.account, log, folder=ground.folder, death_signal=signal.SIGTERM)
    try:
        async with redis_of(f"unix://{quote(str(socket))}?db=0") as redis:
            await _loaded(redis, started, log)
            return RedisContent.of_reply(await redis.eval(DIGEST, 0, lasting))
    finally:
        process.stop(started, signal.SIGKILL)
        home.remove(sockets)


async def _loaded(redis: Any, started: Any, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            if await redis.ping():
                return
        except (OSError, RedisError):
            if started.poll() is not None or time.monotonic() > deadline:
                raise JobFailed(f"The second Valkey did not read the files. It said:\n{process.tail(log)}") from None
        await asyncio.sleep(0.02)


async def restored(
    ground: Ground, folder: Path, *options: str, expected: RedisContent, lasting: int, **details: Any
) -> Done:
    """Read back and compared: what the job has done."""
    with ground.step("read back"):
        found = await _read_back(ground, folder, *options, lasting=lasting)
    different = compared(expected, found)
    told = {**details, "file_bytes": size_of(folder), "differences": different}
    return Done(rows=expected.keys, verified=not different, details=told)


def compared(expected: RedisContent, found: RedisContent) -> list[str]:
    """What is not the same; none where nothing differs."""
    if expected.keys != found.keys:
        return [f"there were {expected.keys:,} keys, and there are {found.keys:,}"]
    return [] if expected == found else [f"the {found.keys:,} keys are there, but not all with the same values"]
