"""A server of one's own: checked for conformance, driven as a target, watched, and its runs kept in a history."""

import contextlib
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

Done = subprocess.CompletedProcess[str]
_SERVER_PORT, _LOAD_PORT = 19460, 19461


@pytest.fixture(scope="module")
def served(folder: Path, environment: dict[str, str], command: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """A server's URL, and the environment that `chatbench serve` prints."""
    words = ("serve", "--variant", "spec", "--dataset", "tiny", "--servers", "1", "--home", "own-server")
    process = subprocess.Popen(
        [*command, *words, "--metrics-port", str(_SERVER_PORT)],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    exported, url = {}, ""
    for line in process.stdout:
        if line.startswith("# Ctrl-C"):
            break
        if line.startswith("export "):
            name, value = line.removeprefix("export ").strip().split("=", 1)
            exported[name] = value.strip("'")
        elif "--target" in line:
            url = line.rsplit(" ", 1)[1].strip()
    yield url, environment | exported
    process.terminate()
    process.wait(60)
    process.stdout.close()


@pytest.fixture
def typed(
    folder: Path, served: tuple[str, dict[str, str]], command: list[str]
) -> Callable[..., subprocess.CompletedProcess[str]]:
    _, environment = served
    return lambda *words: subprocess.run(
        [*command, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=200, check=False
    )


def scraped(port: int) -> dict[str, float]:
    """Sums over all labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    sums: dict[str, float] = {}
    for sample in (one for family in families for one in family.samples):
        sums[sample.name] = sums.get(sample.name, 0) + sample.value
    return sums


def test_the_server_conforms_and_prometheus_is_told_of_it(served, typed):
    url, _ = served
    done = typed("conform", url, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = orjson.loads(done.stdout)
    assert told["conforms"]
    assert {one["state"] for one in told["checks"]} == {"pass"}
    assert scraped(_SERVER_PORT)["chatbench_server_requests_total"] > 100


def test_a_run_against_it_tells_what_it_does_and_goes_into_the_history(served, typed, folder, command):
    url, environment = served
    words = ("run", "--target", url, "--variant", "spec", "--scenario", "pagination", "--dataset", "tiny")
    paced = ("--rate", "60", "--users", "4", "--warmup", "0.5", "--window", "4", "--out", "own-run")
    running = subprocess.Popen(
        # the home that `serve` holds, and all that it exported: a run against a URL starts and touches no database
        [*command, *words, *paced, "--metrics-port", str(_LOAD_PORT), "--home", "own-server"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    seen: dict[str, float] = {}
    while running.poll() is None:
        with contextlib.suppress(OSError):
            seen = scraped(_LOAD_PORT)
        time.sleep(0.2)
    assert running.stdout
    assert running.returncode == 0, running.stdout.read()
    running.stdout.close()
    assert seen["chatbench_load_calls_total"] > 50
    assert seen["chatbench_load_users"] == 4
    assert seen["chatbench_load_loop_lag_seconds_count"] > 10
    added = typed("history", "add", "own-run", "--label", "first", "--file", "own.jsonl")
    assert added.returncode == 0, added.stderr
    checked = typed("history", "check", "--fail-on", "change", "--file", "own.jsonl", "--html", "own.html")
    assert checked.returncode == 0
    assert "newest_page response_p50_us of spec" in checked.stdout
    assert (folder / "own.html").stat().st_size > 5_000
    assert typed("history", "add", "own-run", "--file", "own.jsonl").returncode == 2
