"""A master and three workers in network namespaces of their own, by the how-to's own script."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "three-workers.sh"


def what_is_missing() -> str | None:
    if os.geteuid() != 0:
        return "network namespaces are made by root"
    if not (shutil.which("ip") and shutil.which("runuser")):
        return "the script needs ip (iproute2) and runuser (util-linux)"
    made = subprocess.run(["ip", "netns", "add", "chatbench-probe"], capture_output=True, text=True, check=False)
    if made.returncode:
        return f"no network namespace can be made here: {made.stderr.strip()}"
    subprocess.run(["ip", "netns", "delete", "chatbench-probe"], check=True)
    return None


@pytest.fixture(scope="module", autouse=True)
def _namespaces() -> None:
    if missing := what_is_missing():
        pytest.skip(missing)


def run(out: Path, environment: dict[str, str], **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(SCRIPT), str(out)],
        env={**environment, "BIN": str(Path(sys.executable).parent), **settings},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_three_workers_count_what_the_database_counts(tmp_path: Path, environment: dict[str, str]) -> None:
    done = run(tmp_path, environment, WINDOW="3")
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.search(r"= (\d+); the database counted (\d+)", done.stdout)
    assert told
    assert int(told[1]) == int(told[2]) > 100
    workers = orjson.loads((tmp_path / "outcome.json").read_bytes())["workers"]
    assert sorted(worker["name"] for worker in workers) == ["w1", "w2", "w3"]
    assert all(worker["calls"] > 0 for worker in workers)


def test_a_worker_that_is_killed_is_named_and_the_others_are_counted(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    done = run(tmp_path, environment, WINDOW="8", KILL="1")
    assert done.returncode == 1, done.stdout + done.stderr
    outcome = orjson.loads((tmp_path / "outcome.json").read_bytes())
    lost = [worker for worker in outcome["workers"] if worker["lost_s"] is not None]
    assert [worker["name"] for worker in lost] == ["w3"]
    assert lost[0]["reported_calls"] > 0
    assert outcome["processes"] == 2
