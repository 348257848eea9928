"""Plain Locust drives the same scenarios, and its counts are the database's."""

import asyncio
import csv
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import asyncpg
import orjson
import pytest

import scenarios
from tests.integration.places import free_port

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
        locust,
        served,
        *("Pagination", *processes, "--users", "4", "--spawn-rate", "4", "--rate", "80"),
        *("--warmup", "0.5", "--window", "2", "--out", str(tmp_path)),
    )
    assert done.returncode == 0, done.stderr
    outcome = orjson.loads((tmp_path / "outcome.json").read_bytes())
    counted = outcome["operations"]["newest_page"]["count"] + outcome["unrecorded"]["newest_page"]
    assert outcome["operations"]["newest_page"]["count"] > 50
    assert counted == await _calls(served["CHATBENCH_POSTGRES"]) - before
    assert outcome["processes"] == (2 if processes else 1)


def test_a_storm_of_two_processes_loses_nothing_and_every_output_of_locust_tells_the_same(
    served: dict[str, str], tmp_path: Path
) -> None:
    done = locust(
        served,
        *("Fanout", "--shape", "reconnect_storm", "--tags", "delivery", "--processes", "2"),
        *("--users", "4", "--spawn-rate", "4", "--rate", "80", "--warmup", "0.5", "--window", "4", "--receivers", "40"),
        *(
            "--html",
            str(tmp_path / "page.html"),
            "--csv",
            str(tmp_path / "table"),
            "--json-file",
            str(tmp_path / "all"),
        ),
        *("--out", str(tmp_path)),
    )
    assert done.returncode == 0, done.stderr
    outcome = orjson.loads((tmp_path / "outcome.json").read_bytes())
    deliveries = outcome["deliveries"]
    assert deliveries["expected"] == 2 * outcome["operations"]["send"]["count"] > 0
    assert (deliveries["received"], deliveries["lost"], deliveries["duplicated"]) == (deliveries["expected"], 0, 0)
    # of 20 receivers of each process, 19 lose both of their devices
    assert outcome["operations"]["reconnect"]["count"] == 76
    chosen = outcome["chosen"]
    assert (chosen["scenarios"], chosen["tags"], chosen["shape"]) == (
        {"Fanout": {"send": 1}},
        ["delivery"],
        "ReconnectStorm",
    )
    counted = {name: row["count"] + outcome["unrecorded"].get(name, 0) for name, row in outcome["operations"].items()}
    assert {row["name"]: row["num_requests"] for row in orjson.loads((tmp_path / "all.json").read_bytes())} == counted
    with (tmp_path / "table_stats.csv").open() as table:
        rows = {row["Name"]: int(row["Request Count"]) for row in csv.DictReader(table)}
    assert rows.pop("Aggregated") == sum(count for name, count in counted.items() if not name.startswith("task:"))
    assert rows == counted
    assert (tmp_path / "page.html").read_text().count(f'"num_requests": {counted["send"]}') > 0


def test_tags_that_leave_a_scenario_nothing_to_do_are_refused_with_the_remedy(served: dict[str, str]) -> None:
    done = locust(served, "Pagination", "Presence", "--tags", "presence", "--users", "2")
    assert done.returncode == 2
    assert "--tags presence leaves Pagination without a task" in done.stderr
    assert "(Day, Presence)" in done.stderr


def test_the_class_picker_offers_every_shape_and_a_test_ends_with_its_window(
    served: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    page = subprocess.Popen(
        [
            *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--class-picker", "--web-host", "127.0.0.1"),
            # Locust's page renews its figures every two seconds, so each level has to last longer
            *("--web-port", str(port), "--warmup", "0.5", "--window", "14", "--out", str(tmp_path)),
        ],
        env=served,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        (told,) = re.findall(r"window.templateArgs = (.*)", ask(port, "/"))
        offered = orjson.loads(told)
        shapes = {"Default", "DayShape", "Ramp", "ReconnectStorm", "Spike", "Step"}
        assert set(offered["available_shape_classes"]) == shapes
        assert offered["shape_use_common_options"], "the form would send no users with a shape"
        form = {"user_classes": "Pagination", "shape_class": "Spike", "user_count": 5, "spawn_rate": 5}
        assert orjson.loads(ask(port, "/swarm", urlencode(form).encode()))["success"]
        users = set()
        while (figures := orjson.loads(ask(port, "/stats/requests")))["state"] != "stopped":
            users.add(figures["user_count"])
            time.sleep(0.2)
    finally:
        page.terminate()
        page.wait(30)
    assert {1, 5} <= users
    chosen = orjson.loads((tmp_path / "outcome.json").read_bytes())["chosen"]
    assert (list(chosen["scenarios"]), chosen["shape"]) == (["Pagination"], "Spike")


def ask(port: int, path: str, form: bytes | None = None) -> str:
    """Once the page is there, which takes seconds."""
    give_up = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", form, timeout=30) as answer:
                text: str = answer.read().decode()
                return text
        except urllib.error.URLError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)


def locust(environment: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary", *options],
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_a_missing_address_is_said_in_a_sentence(environment: dict[str, str]) -> None:
    done = locust({**os.environ, **environment}, "Pagination", "--users", "1")
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
