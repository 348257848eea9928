"""What a machine offers and lacks, and what to do about it."""

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from harness.errors import HarnessError
from harness.stack.accounts import server_account
from harness.stack.config import StackConfig
from harness.stack.stack import open_stack

_LEAST_FREE_BYTES = 5_000_000_000
_LEAST_CORES = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    #: ok, warn or fail.
    status: str
    seen: str
    remedy: str | None = None


async def checks(config: StackConfig) -> list[Check]:
    """Look at the machine, then start (or reach) the servers and ask them."""
    return [*_machine(config.home), *await _servers(config)]


def _machine(home: Path) -> list[Check]:
    cores, free = os.cpu_count() or 1, _free_bytes(home)
    return [
        Check(name="Python", status="ok", seen=f"{platform.python_version()} ({sys.implementation.name})"),
        Check(
            name="cores",
            status="ok" if cores >= _LEAST_CORES else "warn",
            seen=str(cores),
            remedy=None if cores >= _LEAST_CORES else "load generator and database will share one core: expect noise",
        ),
        Check(name="memory", status="ok", seen=f"{psutil.virtual_memory().total / 1e9:.1f} GB"),
        Check(
            name="disk",
            status="ok" if free > _LEAST_FREE_BYTES else "warn",
            seen=f"{free / 1e9:.1f} GB free",
            remedy=None if free > _LEAST_FREE_BYTES else "`medium` needs about 5 GB for its snapshots; use `small`",
        ),
        _load(),
    ]


def _load() -> Check:
    one_minute = os.getloadavg()[0]
    busy = one_minute > (os.cpu_count() or 1) / 2
    remedy = "other programs are running: measurements will be noisy or void" if busy else None
    return Check(name="load", status="warn" if busy else "ok", seen=f"{one_minute:.2f} over a minute", remedy=remedy)


async def _servers(config: StackConfig) -> list[Check]:
    try:
        account = server_account()
        found = [Check(name="account", status="ok", seen=f"PostgreSQL runs as {account.name}")]
        async with open_stack(config) as stack:
            facts = await stack.describe()
    except HarnessError as error:
        return [Check(name="servers", status="fail", seen=str(error), remedy="see the sentence's end")]
    postgres, redis = facts["postgres"], facts["redis"]
    settings = postgres["settings"]
    durable = settings.get("fsync", "on") == "on"
    preloaded = "pg_stat_statements" in settings.get("shared_preload_libraries", "")
    return [
        *found,
        Check(name="PostgreSQL", status="ok", seen=f"{postgres['version']}{_whose(postgres['embedded'])}"),
        Check(
            name="pg_stat_statements",
            status="ok" if preloaded else "warn",
            seen="loaded" if preloaded else "not loaded",
            remedy=None if preloaded else "add it to shared_preload_libraries, or reports lack the database's evidence",
        ),
        Check(
            name="durability",
            status="ok" if durable else "warn",
            seen=f"fsync {settings.get('fsync', 'on')}",
            remedy=None if durable else "commits cost nothing here: writes will look cheaper than they are",
        ),
        Check(name=redis["server"], status="ok", seen=f"{redis['version']}{_whose(redis['embedded'])}"),
    ]


def _whose(embedded: bool) -> str:  # noqa: FBT001 - the one fact it tells
    return " (embedded)" if embedded else " (your own)"


def _free_bytes(home: Path) -> int:
    existing = next(folder for folder in (home.resolve(), *home.resolve().parents) if folder.exists())
    return shutil.disk_usage(existing).free
