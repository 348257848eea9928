"""The commands as a user types them, in a folder of their own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.acceptance.cockpit import (
    HOW_TO_GET_IT,
    PATIENCE_MS,
    PATIENCE_S,
    Cockpit,
    Start,
    browser_program,
    end,
)
from tests.integration.places import free_port, shared_folder

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """An empty folder that the servers' account can enter; snapshots in it serve every test."""
    with shared_folder() as made:
        yield made


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


@pytest.fixture(scope="module")
def started(folder: Path, environment: dict[str, str], command: list[str]) -> Iterator[Start]:
    """Starts `chatbench ui` and waits for the line with its address."""
    running: list[subprocess.Popen[str]] = []

    def start(*options: str, name: str, **more: str) -> Cockpit:
        port = free_port()
        errors = folder / f"{name}.err"
        with errors.open("wb") as stderr:
            process = subprocess.Popen(
                [*command, "ui", "--port", str(port), "--out", name, *options],
                cwd=folder,
                env=environment | more,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        running.append(process)
        assert process.stdout
        said = process.stdout.readline()
        assert "http://" in said, said + errors.read_text()
        return Cockpit(process=process, url=f"http://127.0.0.1:{port}", out=folder / name, errors=errors)

    yield start
    for process in running:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_S)
        assert process.stdout
        process.stdout.close()


@pytest.fixture(scope="module")
def sitting(started: Start) -> Cockpit:
    """In a home of its own, so that those of other tests may run beside it; most tests share it."""
    return started("--home", "home-of-sitting", name="sitting")


@pytest.fixture
def cockpit(sitting: Cockpit) -> Iterator[Cockpit]:
    yield sitting
    sitting.rest()


@pytest.fixture
def own(started: Start, request: pytest.FixtureRequest) -> Iterator[Cockpit]:
    """One that a test may break."""
    cockpit = started("--home", "home-of-others", name=request.node.name[:60])
    yield cockpit
    if cockpit.process.poll() is None:
        end(cockpit)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if browser_program() is None:
        pytest.skip(HOW_TO_GET_IT)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser_program(), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, cockpit: Cockpit) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1360, "height": 900}, color_scheme="light")
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    opened.goto(cockpit.url)
    yield opened
    context.close()
