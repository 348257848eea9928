"""Plain Locust drives the same scenarios, and its counts are the database's."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import orjson
import pytest

import scenarios

LOCUSTFILE = Path(scenarios.__file__).with_name("locustfile.py")


@pytest.fixture(scope="module")
def served(folder: Path, environment: dict[str, str], command: list[str]) -> Iterator[dict[str, str]]:
    """`chatbench serve`, as somebody would `eval` it in another terminal."""
    server = subprocess.Popen(
        [*command, "serve", "--variant", "spec", "--dataset", "tiny", "--servers", "0", "--home", "served"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout
    exported: dict[str, str] = {}
    for line in server.stdout:
        if line.startswith("# Ctrl-C"):
            break
        if line.startswith("export "):
            name, value = line.removeprefix("export ").strip().split("=", 1)
            exported[name] = value.strip("'")
    assert exported, "chatbench serve printed nothing to export"
    yield environment | exported
    server.send_signal(signal.SIGINT)
    server.wait(60)
    server.stdout.close()


@pytest.mark.parametrize("processes", [(), ("--processes", "2")], ids=["one process", "master and two workers"])
async def test_newest_pages_that_locust_counts_are_those_that_the_database_counts(
    served: dict[str, str], tmp_path: Path, processes: tuple[str, ...]
) -> None:
    before = await _calls(served["CHATBENCH_POSTGRES"])
    done = await asyncio.to_thread(
        subprocess.run,
        [
            *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "Pagination", "--headless", *processes),
            *("--users", "4", "--spawn-rate", "4", "--rate", "80", "--warmup", "0.5", "--window", "2"),
            *("--only-summary", "--out", str(tmp_path)),
        ],
        env=served,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcome = orjson.loads((tmp_path / "outcome.json").read_bytes())
    counted = outcome["operations"]["newest_page"]["count"] + outcome["unrecorded"]["newest_page"]
    assert outcome["operations"]["newest_page"]["count"] > 50
    assert counted == await _calls(served["CHATBENCH_POSTGRES"]) - before
    assert outcome["processes"] == (2 if processes else 1)


def test_a_missing_address_is_said_in_a_sentence(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "Pagination", "--headless", "-u", "1"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "--postgres" in done.stderr


async def _calls(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        calls: int = await connection.fetchval(
            "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements "
            "WHERE query LIKE '%messages AS newest%' AND query NOT LIKE '%pg_stat%' AND query NOT LIKE 'EXPLAIN%' "
            "AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return calls
    finally:
        await connection.close()
