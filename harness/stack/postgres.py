"""The embedded PostgreSQL: made once, configured at each start, reached by a private Unix socket.

Nobody is asked for a password: the socket lies in a folder (0700) of the servers' account, and no port is open.
"""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import asyncpg
import psutil

from harness.stack import home, process
from harness.stack.accounts import Account
from harness.stack.errors import ServerFailed

_READY_S = 120.0
_SETTINGS_FILE = "chatbench.conf"
#: SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one.
STOP = (signal.SIGINT, signal.SIGQUIT)


#: Starts the server's process with settings beside those of the run.
Launch = Callable[[Mapping[str, str]], "subprocess.Popen[bytes]"]


@dataclass(kw_only=True, slots=True)
class EmbeddedPostgres:
    """A server of our own; between `stop` and `start` it has another process, but the same address."""

    socket_folder: Path
    data_folder: Path
    process: subprocess.Popen[bytes]
    launch: Launch
    embedded: bool = True

    #: Settings that `start` was given; they stay until the stack ends.
    changed: dict[str, str] = field(default_factory=dict)

    def stop(self) -> None:
        """Write everything to disk and end; blocks, since a stop must not be cancelled half-way."""
        process.stop(self.process, *STOP)

    def start(self, settings: Mapping[str, str] | None = None) -> None:
        """Start again, with settings of its own; it answers once `ready` has returned.

        In the main thread: the kernel would end the server with the thread that started it.
        """
        self.changed.update(settings or {})
        self.process = self.launch(self.changed)

    def dsn(self, database: str) -> str:
        """For asyncpg, psql, pgbench and psycopg alike."""
        return f"postgresql://postgres@/{quote(database)}?host={quote(str(self.socket_folder), safe='')}&port=5432"

    @property
    def admin_dsn(self) -> str:
        return self.dsn("postgres")

    @property
    def pid(self) -> int | None:
        """The process above all of the server's."""
        return self.process.pid

    def pids(self) -> list[int]:
        """The server and its processes now."""
        try:
            server = psutil.Process(self.process.pid)
            return [server.pid, *(child.pid for child in server.children(recursive=True))]
        except psutil.NoSuchProcess:
            return []


@contextmanager
def running(folder: Path, programs: Path, account: Account, settings: Mapping[str, str]) -> Iterator[EmbeddedPostgres]:
    """Start, and stop whatever happens inside. It accepts connections once `ready` has returned."""
    stop_stale(folder)
    with serving(folder, _data_folder(folder, programs, account), programs, account, settings) as server:
        yield server


def stop_stale(folder: Path) -> None:
    """Stop the server that a dead run left behind in this folder."""
    if stale := process.stop_stale(folder / "postgres.json", *STOP):
        home.remove(stale.socket_folder)


@contextmanager
def serving(
    folder: Path, data: Path, programs: Path, account: Account, settings: Mapping[str, str]
) -> Iterator[EmbeddedPostgres]:
    """Serve a data folder that is there; `folder` holds log and record."""
    record, log = folder / "postgres.json", folder / "postgres.log"
    _forget_dead_server(data)
    sockets = home.socket_folder(account)
    server: EmbeddedPostgres | None = None

    def launch(changed: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        _configure(data, account, {**settings, **changed, **_private(sockets)})
        started = process.start([str(programs / "postgres"), "-D", str(data)], account, log, folder=folder)
        process.write_footprint(record, started.pid, sockets)
        return started

    try:
        log.unlink(missing_ok=True)
        server = EmbeddedPostgres(socket_folder=sockets, data_folder=data, process=launch({}), launch=launch)
        yield server
    finally:
        if server:
            server.stop()
        record.unlink(missing_ok=True)
        home.remove(sockets)


async def ready(server: EmbeddedPostgres) -> None:
    """Wait until the server answers a query."""
    deadline = time.monotonic() + _READY_S
    while True:
        try:
            connection = await asyncpg.connect(server.admin_dsn, timeout=10)
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            if server.process.poll() is not None or time.monotonic() > deadline:
                raise _failed("did not start", process.tail(server.data_folder.parent / "postgres.log")) from error
            await asyncio.sleep(0.05)
        else:
            await connection.close()
            return


def _data_folder(folder: Path, programs: Path, account: Account) -> Path:
    """Made once. An interrupted initdb leaves only the unfinished folder, which the next start replaces."""
    data, unfinished = folder / f"postgres-{_major(programs)}", folder / "postgres-unfinished"
    if data.exists():
        _require_owner(data, account)
        return data
    home.remove(unfinished)
    unfinished.mkdir()
    home.give(unfinished, account)
    command = [
        *(str(programs / "initdb"), "-D", str(unfinished), "--username=postgres", "--encoding=UTF8", "--no-sync"),
        *("--auth-local=trust", "--auth-host=reject", "--no-instructions", "--locale=C"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    ]
    made = process.run(command, account, folder=folder)
    if made.returncode != 0:
        home.remove(unfinished)
        raise _failed("could not make its data folder", (made.stderr or made.stdout).strip())
    with (unfinished / "postgresql.conf").open("a") as file:
        file.write(f"\ninclude = '{_SETTINGS_FILE}'\n")
    unfinished.rename(data)
    return data


def _require_owner(data: Path, account: Account) -> None:
    """A home first used by another account (a run as root, then not) cannot be started."""
    owner = data.stat().st_uid
    if owner != account.uid:
        raise ServerFailed(
            f"{data} belongs to account number {owner}, and PostgreSQL would run as {account.name}. No server was "
            "started. Use another --home, or remove that folder (snapshots are built again, datasets stay)."
        )


def _configure(data: Path, account: Account, settings: Mapping[str, str]) -> None:
    """Every start has exactly these settings: what an earlier run set with ALTER SYSTEM is gone."""
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    for name, text in ((_SETTINGS_FILE, "".join(lines)), ("postgresql.auto.conf", "")):
        file = data / name
        file.write_text(text)
        home.give(file, account, 0o600)


def _private(sockets: Path) -> dict[str, str]:
    return {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
    }


def _forget_dead_server(data: Path) -> None:
    """A killed server leaves postmaster.pid; when the pid is somebody else's by now, PostgreSQL would not start."""
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    if not _serves(pid, data):
        pid_file.unlink(missing_ok=True)
        return
    os.kill(pid, signal.SIGQUIT)
    if not process.wait_gone(pid, _READY_S):
        raise _failed("of a dead run does not stop", f"process {pid} serves {data}")


def _serves(pid: int, data: Path) -> bool:
    try:
        return str(data) in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False


def _major(programs: Path) -> str:
    version = subprocess.run(  # noqa: S603 -- our own program
        [str(programs / "postgres"), "--version"], capture_output=True, text=True, check=True
    )
    return version.stdout.split()[-1].split(".")[0]


def _failed(fact: str, detail: str) -> ServerFailed:
    return ServerFailed(
        f"The embedded PostgreSQL {fact}. Nothing was measured. It said:\n{detail}\n"
        "`chatbench doctor` says what is missing; another --home or your own server (--postgres) also helps."
    )
