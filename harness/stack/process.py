"""Start and stop one server process, and recognise one that a dead run left behind."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from harness.stack import launch
from harness.stack.accounts import Account

#: A fast shutdown writes a checkpoint; on a slow disk that takes its time.
_STOP_S = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Footprint:
    """What a server leaves on record, so that a later run can tell it from a stranger with the same pid."""

    pid: int
    #: Of the process, as the kernel says; a pid is only unique together with it.
    created_at: float
    #: Private folder of the server's socket, to remove with it.
    socket_folder: str


def start(
    command: list[str], account: Account, log: Path, *, folder: Path, death_signal: int = signal.SIGINT
) -> subprocess.Popen[bytes]:
    """In a session of its own (Ctrl-C is for us to pass on), under `account`, ended by the kernel if we die."""
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 -- our own programs
            _launched(command, account, death_signal),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=_environment(),
            start_new_session=True,
        )


def run(command: list[str], account: Account, *, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run to the end, under `account`."""
    return subprocess.run(  # noqa: S603 -- our own programs
        _launched(command, account, signal.SIGKILL),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=_environment(),
        start_new_session=True,
    )


async def run_cancellably(
    command: list[str], account: Account, *, folder: Path, settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run to the end, under `account`; when the caller is cancelled, the program and its children are killed.

    `settings` are environment variables: what is in them is in no process list.
    """
    child = await asyncio.create_subprocess_exec(
        *_launched(command, account, signal.SIGKILL),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=_environment() | dict(settings or {}),
        start_new_session=True,
    )
    try:
        output, errors = await child.communicate()
    finally:
        if child.returncode is None:
            # it leads a group of its own, and pg_basebackup has a child that receives WAL
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            await child.wait()
    return subprocess.CompletedProcess(
        command, child.returncode or 0, output.decode(errors="replace"), errors.decode(errors="replace")
    )


def stop(process: subprocess.Popen[bytes], *signals: int) -> None:
    """Send the signals one after another until the process is gone. Blocks: a stop must not be cancelled half-way."""
    for number in (*signals, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(number)
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                continue
    process.wait()


def stop_stale(record: Path, *signals: int) -> Footprint | None:
    """Stop the server that a dead run left, if it still runs. Only with the home's lock held."""
    footprint = read_footprint(record)
    if footprint and (process := _still_running(footprint)):
        for number in (*signals, signal.SIGKILL):
            try:
                process.send_signal(number)
                process.wait(_STOP_S)
                break
            except psutil.TimeoutExpired:
                continue
            except psutil.NoSuchProcess:
                break
    record.unlink(missing_ok=True)
    return footprint


def write_footprint(record: Path, pid: int, socket_folder: Path) -> None:
    footprint = Footprint(pid=pid, created_at=psutil.Process(pid).create_time(), socket_folder=str(socket_folder))
    record.write_text(json.dumps(asdict(footprint)))


def read_footprint(record: Path) -> Footprint | None:
    try:
        return Footprint(**json.loads(record.read_text()))
    except (OSError, ValueError, TypeError):  # none, or a half-written one: there is nothing to recognise by
        return None


def tail(log: Path, lines: int = 8) -> str:
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-lines:]) or "(the log is empty)"


def wait_gone(pid: int, timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while psutil.pid_exists(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _still_running(footprint: Footprint) -> psutil.Process | None:
    try:
        process = psutil.Process(footprint.pid)
        return process if abs(process.create_time() - footprint.created_at) < 1.0 else None
    except psutil.NoSuchProcess:
        return None


def _launched(command: list[str], account: Account, death_signal: int) -> list[str]:
    identity = [str(number) for number in (account.uid, account.gid, os.getpid(), int(death_signal))]
    return [sys.executable, "-I", "-S", str(Path(launch.__file__).resolve()), *identity, "--", *command]


def _environment() -> dict[str, str]:
    """Without the caller's PG* and secrets: the server is configured by its files alone."""
    kept = ("PATH", "TMPDIR", "LD_LIBRARY_PATH")
    return {key: os.environ[key] for key in kept if key in os.environ} | {"LC_ALL": "C", "TZ": "UTC"}
