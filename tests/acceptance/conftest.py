"""The commands as a user types them, in a folder of their own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """An empty folder that the servers' account can enter; snapshots in it serve every test."""
    made = Path(tempfile.mkdtemp(prefix="chatbench-acceptance-", dir="/tmp"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """The user's, without what points chatbench at servers of theirs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CHATBENCH_")}


@pytest.fixture(scope="session")
def command() -> list[str]:
    return [str(Path(sys.executable).with_name("chatbench"))]


@pytest.fixture(scope="session")
def chatbench(folder: Path, environment: dict[str, str], command: list[str]) -> Run:
    def run(*arguments: str, timeout: float = 240) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run


@pytest.fixture
def started_by() -> Callable[[int], list[psutil.Process]]:
    """Every process below one, as it stands now."""
    return lambda pid: psutil.Process(pid).children(recursive=True)
