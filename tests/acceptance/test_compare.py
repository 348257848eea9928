"""`chatbench compare`: from nothing to a page that a team can decide from."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest

LOAD = ("--dataset", "tiny", "--users", "4", "--warmup", "0.3", "--rate", "60")


@pytest.fixture(scope="module")
def planted(chatbench: Any, folder: Path) -> dict[str, Any]:
    """A comparison in which one candidate lacks the page index."""
    done = chatbench(
        *("compare", "--variants", "spec,no_page_index", "--scenario", "pagination", *LOAD),
        *("--window", "1.5", "--rounds", "4", "--out", "planted"),
    )
    assert done.returncode == 0, done.stderr
    return {
        "said": done.stdout,
        "summary": orjson.loads((folder / "planted" / "summary.json").read_bytes()),
        "page": (folder / "planted" / "report.html").read_text(),
    }


def test_a_missing_page_index_touches_many_times_the_blocks(planted: dict[str, Any]) -> None:
    finding = _finding(planted["summary"], "newest_page", "blocks_per_call", "no_page_index")
    assert finding["verdict"] == "worse"
    assert finding["ratio"] > 3


def test_every_operation_has_a_finding_for_each_candidate_and_the_baseline_again(planted: dict[str, Any]) -> None:
    found = {
        (f["operation"], f["candidate"]) for f in planted["summary"]["findings"] if f["metric"] == "response_p50_us"
    }
    operations = {"newest_page", "older_page", "conversation_list", "media_gallery"}
    assert found == {(operation, lane) for operation in operations for lane in ("no_page_index", "spec:again")}


def test_the_page_needs_nothing_from_the_network(planted: dict[str, Any]) -> None:
    page = planted["page"]
    assert "<script src" not in page
    assert "<link rel" not in page
    assert "no_page_index" in page


def test_trials_interrupted_by_ctrl_c_are_kept_reported_and_gone_on_with(
    chatbench: Any,
    command: list[str],
    environment: dict[str, str],
    folder: Path,
    started_by: Callable[[int], list[psutil.Process]],
) -> None:
    arguments = ["compare", "--variants", "spec", *LOAD, "--window", "1", "--rounds", "2", "--out", "interrupted"]
    running = subprocess.Popen([*command, *arguments], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
    trials = folder / "interrupted" / "trials.jsonl"
    _wait_for(trials.exists, running)
    below = started_by(running.pid)
    os.kill(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "--resume" in said
    assert not [process for process in below if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    kept = len(trials.read_bytes().splitlines())
    assert chatbench("report", "interrupted").returncode == 0
    resumed = chatbench("compare", "--resume", "interrupted")
    assert resumed.returncode == 0, resumed.stderr
    lines = trials.read_bytes().splitlines()
    assert kept < len(lines) == 4
    assert len({orjson.loads(line)["trial"] for line in lines}) == 4


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("compare", "--variants", "spek"), 2, "spec"),
        (("compare", "--scenario", "pagnation"), 2, "pagination"),
        (("seed", "--dataset", "medum"), 2, "medium"),
        (("list", "variant"), 2, "variants"),
        (("report", "nowhere"), 2, "nowhere"),
        (("seed", "--postgres", "postgresql://nobody:hidden@127.0.0.1:1/x"), 3, "127.0.0.1"),
    ],
)
def test_wrong_use_is_answered_with_what_is_near(
    chatbench: Any, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    done = chatbench(*arguments)
    assert done.returncode == code, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert "hidden" not in done.stderr


def _finding(summary: dict[str, Any], operation: str, metric: str, candidate: str) -> dict[str, Any]:
    wanted = {"operation": operation, "metric": metric, "candidate": candidate}
    return next(f for f in summary["findings"] if wanted.items() <= f.items())


def _wait_for(happened: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 90
    while not happened():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.1)
