"""A second PostgreSQL for a while: started on a restored data folder, recovered to a named point, stopped."""

import asyncio
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import asyncpg

from harness.maintenance.errors import JobFailed
from harness.maintenance.ground import Ground
from harness.stack import binaries, home, process

_READY_S = 300.0


@asynccontextmanager
async def recovered_server(ground: Ground, data: Path, settings: Mapping[str, str]) -> AsyncIterator[str]:
    """The DSN of the restored clone once recovery has ended; `settings` say where from and up to what.

    Settings on the command line win over those in the copied files, which are the first server's.
    """
    (data / "recovery.signal").touch()
    home.give(data / "recovery.signal", ground.account, 0o600)
    sockets, log = home.socket_folder(ground.account), ground.folder / "second.log"
    options = {**settings, **_own(sockets)}
    program = binaries.postgres_programs(ground.account) / "postgres"
    command = [
        str(program),
        "-D",
        str(data),
        *(part for key, value in options.items() for part in ("-c", f"{key}={value}")),
    ]
    started = process.start(command, ground.account, log, folder=ground.folder)
    try:
        dsn = f"postgresql://postgres@/{quote(ground.database)}?host={quote(str(sockets), safe='')}&port=5432"
        await _recovered(dsn, started, log)
        yield dsn
    finally:
        process.stop(started, signal.SIGQUIT)
        home.remove(sockets)


def _own(sockets: Path) -> dict[str, str]:
    return {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(sockets),
        "archive_mode": "off",
        "shared_buffers": "128MB",
        "fsync": "off",
        "autovacuum": "off",
    }


async def _recovered(dsn: str, started: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _READY_S
    while not await _is_primary(dsn):
        if started.poll() is not None or time.monotonic() > deadline:
            raise JobFailed(f"The restored server did not come up. It said:\n{process.tail(log)}")
        await asyncio.sleep(0.05)


async def _is_primary(dsn: str) -> bool:
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    try:
        return not await connection.fetchval("SELECT pg_is_in_recovery()")
    finally:
        await connection.close(timeout=5)
