"""What chatbench finds on this machine and on the servers it is given, and what to do where something is missing."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from harness.doctor.check import Check
from harness.doctor.own_checks import own_postgres, own_redis
from harness.stack import binaries
from harness.stack.accounts import can_reach, server_account
from harness.stack.config import GIB, StackConfig, machine_memory_bytes
from harness.stack.errors import EnvironmentFailed

_OLDEST_PYTHON = (3, 11)
#: The quickstart: the medium dataset, five snapshots and a clone at a time.
_DISK_BYTES = 10 * GIB
_MEMORY_BYTES = 4 * GIB
#: Share of time that the hypervisor gave to somebody else, above which numbers are noise.
_STEAL_SHARE = 0.02
_GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")


async def checks(config: StackConfig) -> list[Check]:
    """Everything, in the order in which a run would need it. Changes nothing, starts no server."""
    found = [_python(), _cores(), _memory(), _disk(config.home), *_quiet_machine()]
    if config.postgres:
        found += await own_postgres(config.postgres)
    else:
        found += [_account(config.home), _program("embedded PostgreSQL", _postgres_version)]
    if config.redis:
        found += await own_redis(config.redis)
    else:
        found.append(_program("embedded Valkey", _valkey_version))
    return found


def _python() -> Check:
    seen = platform.python_version()
    if sys.version_info < _OLDEST_PYTHON:
        return Check(name="Python", status="fail", seen=seen, remedy="Use Python 3.11 or newer.")
    return Check(name="Python", status="ok", seen=seen)


def _cores() -> Check:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if usable < 2:  # noqa: PLR2004 -- one for the servers, one for the load
        remedy = "Load generator and servers will share one core; use two or more for numbers to rely on."
        return Check(name="cores", status="warn", seen=str(usable), remedy=remedy)
    return Check(name="cores", status="ok", seen=str(usable))


def _memory() -> Check:
    usable = machine_memory_bytes()
    seen = f"{usable / GIB:.1f} GiB"
    if usable < _MEMORY_BYTES:
        return Check(name="memory", status="warn", seen=seen, remedy="Use datasets up to small, or 4 GiB and more.")
    return Check(name="memory", status="ok", seen=seen)


def _disk(home: Path) -> Check:
    place = next(folder for folder in [home.resolve(), *home.resolve().parents] if folder.exists())
    free = shutil.disk_usage(place).free
    seen = f"{free / GIB:.1f} GiB free"
    if not os.access(place, os.W_OK):
        return Check(name="disk", status="fail", seen="not writable", remedy="Give a writable place with --home.")
    if free < _DISK_BYTES:
        remedy = "The quickstart needs about 10 GiB: free some, or give a roomier place with --home."
        return Check(name="disk", status="warn", seen=seen, remedy=remedy)
    return Check(name="disk", status="ok", seen=seen)


def _quiet_machine() -> Iterator[Check]:
    """Hints: what makes a machine's numbers wander."""
    if _GOVERNOR.exists() and (governor := _GOVERNOR.read_text().strip()) != "performance":
        remedy = "Clock rates will follow the load: `cpupower frequency-set -g performance`."
        yield Check(name="CPU governor", status="warn", seen=governor, remedy=remedy)
    times = psutil.cpu_times()
    stolen = getattr(times, "steal", 0.0) / max(sum(times), 1.0)
    if stolen > _STEAL_SHARE:
        remedy = "A neighbour takes CPU time from this virtual machine; expect wide intervals."
        yield Check(name="CPU steal", status="warn", seen=f"{stolen:.1%} since boot", remedy=remedy)
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > cores / 2:
        remedy = "Something else is running; stop it before measuring."
        yield Check(name="load", status="warn", seen=f"{load:.1f} on {cores} cores", remedy=remedy)


def _account(home: Path) -> Check:
    name = "account of PostgreSQL"
    try:
        account = server_account()
    except EnvironmentFailed as error:
        return Check(name=name, status="fail", seen="none", remedy=str(error))
    if home.exists() and not can_reach(account, home):
        remedy = f"None needed: {account.name} cannot get to the home, so server files go to /var/tmp."
        return Check(name=name, status="ok", seen=account.name, remedy=remedy)
    return Check(name=name, status="ok", seen=account.name)


def _program(name: str, version: Callable[[], str]) -> Check:
    try:
        return Check(name=name, status="ok", seen=version())
    except (EnvironmentFailed, OSError, subprocess.SubprocessError) as error:
        return Check(name=name, status="fail", seen="does not run", remedy=str(error))


def _postgres_version() -> str:
    return _say_version(binaries.postgres_programs(server_account()) / "postgres")


def _valkey_version() -> str:
    return _say_version(binaries.valkey_program(server_account()))


def _say_version(program: Path) -> str:
    said = subprocess.run(  # noqa: S603 -- our own program
        [str(program), "--version"], capture_output=True, text=True, check=True, timeout=20
    )
    return said.stdout.strip()
