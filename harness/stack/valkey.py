"""The embedded Valkey: nothing on disk unless a variant asks for it, reached by a private Unix socket."""

import asyncio
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from redis.asyncio import Redis
from redis.exceptions import RedisError

from harness.stack import home, process
from harness.stack.accounts import Account
from harness.stack.errors import ServerFailed
from harness.stack.redis_guard import MARK

DATABASES = 64
_READY_S = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbeddedValkey:
    """A running server of our own."""

    socket: Path
    log: Path
    process: subprocess.Popen[bytes]
    embedded: bool = True
    may_configure: bool = True

    def url(self, database: int = 0) -> str:
        return f"unix://{quote(str(self.socket))}?db={database}"

    @property
    def pid(self) -> int | None:
        return self.process.pid

    async def empty(self, client: Redis) -> None:
        """Empty the client's logical database, but for the mark."""
        async with client.pipeline(transaction=True) as pipeline:
            pipeline.flushdb()
            pipeline.set(MARK, "embedded")
            await pipeline.execute()


@contextmanager
def running(folder: Path, program: Path, account: Account) -> Iterator[EmbeddedValkey]:
    """Start, and stop whatever happens inside. It accepts connections once `ready` has returned."""
    record, log = folder / "valkey.json", folder / "valkey.log"
    if stale := process.stop_stale(record, signal.SIGTERM):
        home.remove(stale.socket_folder)
    sockets, data = home.socket_folder(account), folder / "valkey"
    socket = sockets / "valkey.sock"
    started: subprocess.Popen[bytes] | None = None
    try:
        log.unlink(missing_ok=True)
        home.remove(data)
        data.mkdir()
        home.give(data, account)
        command = [str(program), *_arguments(socket, data)]
        started = process.start(command, account, log, folder=folder, death_signal=signal.SIGTERM)
        process.write_footprint(record, started.pid, sockets)
        yield EmbeddedValkey(socket=socket, log=log, process=started)
    finally:
        if started:
            process.stop(started, signal.SIGTERM)
        record.unlink(missing_ok=True)
        home.remove(sockets)
        home.remove(data)


async def ready(server: EmbeddedValkey) -> None:
    """Wait until the server answers."""
    deadline = time.monotonic() + _READY_S
    client: Redis = Redis.from_url(server.url(), protocol=2)
    try:
        while not await _answers(client):
            if server.process.poll() is not None or time.monotonic() > deadline:
                raise ServerFailed(
                    f"The embedded Valkey did not start. Nothing was measured. It said:\n{process.tail(server.log)}\n"
                    "Your own Redis or Valkey can be given with --redis."
                )
            await asyncio.sleep(0.02)
    finally:
        await client.aclose()


async def _answers(client: Redis) -> bool:
    try:
        return bool(await client.ping())
    except (OSError, RedisError):
        return False


def _arguments(socket: Path, data: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data),
        "databases": str(DATABASES),
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        "maxclients": "10000",
    }
    return [part for name, value in options.items() for part in (f"--{name}", value)]
