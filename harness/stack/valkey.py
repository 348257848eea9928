"""The embedded Valkey, and the guard over the user's own Redis."""

import asyncio
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import redis.exceptions
from redis.asyncio import Redis as Client

from harness.stack.errors import EnvironmentFailed, ForeignDatabase
from harness.stack.leash import leashed

#: A logical database with this key is chatbench's own to empty.
MARK = "chatbench:mark"
_START_S = 20.0
_STOP_S = 10.0


@dataclass(kw_only=True, slots=True)
class Redis:
    """A Redis or Valkey server, embedded or the user's own."""

    #: URL without a logical database; it may hold a password and is never printed.
    base: str
    #: The logical database that chatbench uses.
    database: int
    embedded: bool
    pid: int | None = None

    def url(self, db: int = 0) -> str:
        """URL of logical database `db`, counted from chatbench's own."""
        if self.base.startswith("unix:"):
            return f"{self.base}?db={self.database + db}"
        parts = urlsplit(self.base)
        return urlunsplit(parts._replace(path=f"/{self.database + db}"))

    async def empty(self, client: "Client[Any]") -> None:
        """Empty chatbench's logical database, never another, and mark it again. Raises ForeignDatabase."""
        await self.claim(client)
        await client.flushdb()
        await client.set(MARK, "1")

    async def claim(self, client: "Client[Any]") -> None:
        """Mark an empty logical database; refuse one that is neither empty nor marked."""
        if not await client.exists(MARK):
            if await client.dbsize():
                raise ForeignDatabase(
                    "The Redis logical database holds keys and was not made by chatbench, so it was left as it is. "
                    "Name an empty one in --redis, such as redis://…/15."
                )
            await client.set(MARK, "1")

    async def describe(self) -> dict[str, Any]:
        client: Client[Any] = Client.from_url(self.url())
        try:
            info = await client.info("server")
            return {
                "version": info.get("valkey_version") or info["redis_version"],
                "server": "Valkey" if "valkey_version" in info else "Redis",
                "embedded": self.embedded,
            }
        finally:
            await client.aclose()


async def start(folder: Path, sockets: Path, program: Path) -> tuple[Redis, "subprocess.Popen[bytes]"]:
    """Start on a Unix socket, without persistence; there is no TCP port."""
    socket = sockets / "valkey"
    socket.unlink(missing_ok=True)
    command = [str(program), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700", "--save", ""]
    command += ["--appendonly", "no", "--dir", str(folder), "--databases", "64", "--loglevel", "warning"]
    if not program.stat().st_mode & 0o100:
        program.chmod(program.stat().st_mode | 0o755)
    with (folder / "valkey.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603, ASYNC220 - our own program; starting it does not block
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=leashed,  # noqa: PLW1509 - see leash
        )
    server = Redis(base=f"unix://{socket}", database=0, embedded=True, pid=process.pid)
    try:
        await _wait_until_ready(server, process, folder / "valkey.log")
    except BaseException:
        stop(process)
        raise
    return server, process


async def _wait_until_ready(server: Redis, process: "subprocess.Popen[bytes]", log: Path) -> None:
    client: Client[Any] = Client.from_url(server.url())
    deadline = time.monotonic() + _START_S
    try:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                await client.ping()
            except redis.exceptions.ConnectionError:
                await asyncio.sleep(0.05)
                continue
            return
    finally:
        await client.aclose()
    raise EnvironmentFailed(f"The embedded Valkey did not start, so nothing was measured. Its log is {log}.")


def stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
