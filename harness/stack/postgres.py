"""The embedded PostgreSQL: initialised once, started on a private socket, stopped whatever happens."""

import asyncio
import contextlib
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import psutil

from harness.stack.accounts import Account
from harness.stack.config import benchmark_settings
from harness.stack.errors import EnvironmentFailed
from harness.stack.leash import leashed

_START_S = 60.0
_STOP_S = 30.0
_USER = "chatbench"


@dataclass(kw_only=True, slots=True)
class Postgres:
    """A PostgreSQL server, embedded or the user's own."""

    #: DSN with `{database}` in place of the database's name; it may hold a password and is never printed.
    template: str
    admin_database: str
    embedded: bool
    #: Programs (pgbench, psql) of the same version; None with the user's own server.
    programs: Path | None = None
    #: The postmaster, when it is ours.
    pid: int | None = None

    @property
    def admin_dsn(self) -> str:
        return self.dsn(self.admin_database)

    def dsn(self, database: str) -> str:
        return self.template.replace("{database}", quote(database))

    def pids(self) -> list[int]:
        """The postmaster and its backends, when they are ours."""
        if self.pid is None or not psutil.pid_exists(self.pid):
            return []
        return [self.pid, *(child.pid for child in psutil.Process(self.pid).children(recursive=True))]

    async def describe(self) -> dict[str, Any]:
        connection = await asyncpg.connect(self.admin_dsn)
        try:
            changed = await connection.fetch(
                "SELECT name, current_setting(name) AS value FROM pg_settings "
                "WHERE source NOT IN ('default', 'override', 'client') AND name NOT LIKE '%directories' ORDER BY name"
            )
            return {
                "version": await connection.fetchval("SHOW server_version"),
                "embedded": self.embedded,
                "settings": {row["name"]: row["value"] for row in changed},
            }
        finally:
            await connection.close()


def initialise(data: Path, programs: Path, account: Account) -> None:
    """initdb, once per home."""
    if (data / "PG_VERSION").exists():
        return
    account.own(data)
    command = [str(programs / "initdb"), "-D", str(data), "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **_as(account))  # noqa: S603 - our own program
    if done.returncode:
        raise EnvironmentFailed(
            f"initdb failed in {data}: {done.stderr.strip().splitlines()[-1:] or done.stdout[-200:]}. "
            "Nothing was started. See that the disk has room and the folder is writable."
        )


async def start(
    data: Path, sockets: Path, programs: Path, account: Account
) -> tuple[Postgres, subprocess.Popen[bytes]]:
    """Start on a Unix socket in `sockets`, which only we and the account can enter; there is no TCP port."""
    stop_stale(data)
    settings = benchmark_settings() | {"listen_addresses": "", "unix_socket_directories": str(sockets)}
    command = [str(programs / "postgres"), "-D", str(data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with (data.parent / "postgres.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=leashed,
            **_as(account),  # noqa: PLW1509 - see leash
        )
    postgres = Postgres(
        template=f"postgresql://{_USER}@/{{database}}?host={quote(str(sockets), safe='')}",
        admin_database="postgres",
        embedded=True,
        programs=programs,
        pid=process.pid,
    )
    try:
        await _wait_until_ready(postgres, process, data.parent / "postgres.log")
    except BaseException:
        stop(process)
        raise
    return postgres, process


async def _wait_until_ready(postgres: Postgres, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = asyncio.get_running_loop().time() + _START_S
    while asyncio.get_running_loop().time() < deadline:
        if process.poll() is not None:
            break
        try:
            connection = await asyncpg.connect(postgres.admin_dsn, timeout=5)
        except (OSError, asyncpg.CannotConnectNowError):
            await asyncio.sleep(0.05)
            continue
        await connection.close()
        return
    last = log.read_text(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
    raise EnvironmentFailed(
        f"The embedded PostgreSQL did not start: {last[0]} Nothing was measured. Its log is {log}; "
        "`chatbench doctor` names what is missing."
    )


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Fast shutdown: open sessions are ended, data is safe."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(_STOP_S)


def stop_stale(data: Path) -> None:
    """End a server that a killed owner left behind: the home's lock is ours, so nobody uses it."""
    with contextlib.suppress(OSError, ValueError, psutil.Error, psutil.TimeoutExpired):
        process = psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))
        if process.name() == "postgres" and str(data) in process.cmdline():
            process.send_signal(signal.SIGINT)
            process.wait(_STOP_S)


def _as(account: Account) -> dict[str, Any]:
    if account.is_ours:
        return {}
    return {
        "user": account.uid,
        "group": account.gid,
        "extra_groups": [],
        "cwd": "/",
        "env": {**os.environ, "HOME": "/"},
    }
