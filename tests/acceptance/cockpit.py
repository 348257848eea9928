"""A cockpit as its tests have it: what it answers, what it kept, and what a person does on its page."""

import re
import shutil
import signal
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from playwright.sync_api import Page, expect

#: Kept after the run, ignored by git: somebody should look at them.
PICTURES = Path(__file__).resolve().parents[1] / "artefacts" / "ui"
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Long enough for a snapshot of `tiny` to be built on a busy machine.
PATIENCE_S = 120
PATIENCE_MS = 1000 * PATIENCE_S
_AT_REST = ("ready", "done", "stopped", "failed")
HOW_TO_GET_IT = "no Chromium on PATH, so no page was tried; get one with: apt-get install chromium"
#: A small test, as the page posts it.
FORM: dict[str, Any] = {
    "user_count": 4,
    "spawn_rate": 4,
    "user_classes": ["Pagination"],
    "variant": "baseline",
    "window": 0,
    "warmup": 0.2,
}


expect.set_options(timeout=PATIENCE_MS)


def browser_program() -> str | None:
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


def soon(condition: Callable[[], Any]) -> Any:
    """What the condition gives once it is true; its last answer where it never is."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


@dataclass(frozen=True, kw_only=True)
class Cockpit:
    process: subprocess.Popen[str]
    url: str
    out: Path
    #: What it says of what went wrong.
    errors: Path

    def get(self, path: str, **headers: str) -> Any:
        asked = urllib.request.Request(self.url + path, headers=headers)
        with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:
            return orjson.loads(answer.read())

    def post(self, path: str, **form: Any) -> Any:
        data = urllib.parse.urlencode(form, doseq=True).encode()
        with urllib.request.urlopen(self.url + path, data, timeout=PATIENCE_S) as answer:
            return orjson.loads(answer.read())

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = self.get("/cockpit/status")
        return told

    def reaches(self, step: str) -> bool:
        """Whether the test at hand comes to the step: the list of steps keeps those that are over."""
        return bool(soon(lambda: any(one["text"].startswith(step) for one in self.status()["steps"])))

    def ended(self) -> int:
        """The number of the test that has just ended and is kept, void or not."""
        assert soon(self.is_at_rest), self.status()
        text = self.status()["text"]
        found = re.match(r"Test (\d+) .* is (kept|void)", text)
        assert found, text
        return int(found[1])

    def is_at_rest(self) -> bool:
        """From the answer to a start on it is not, until all of the test is told."""
        return self.get("/stats/requests")["state"] in ("ready", "stopped") and self.status()["phase"] in _AT_REST

    def record(self, number: int) -> dict[str, Any]:
        """What was kept of a test."""
        (line,) = (self.out / f"test-{number}" / "trials.jsonl").read_bytes().splitlines()
        found: dict[str, Any] = orjson.loads(line)
        return found

    def rest(self) -> None:
        """End what a test has left."""
        if self.process.poll() is None:
            self.post("/stop")
            assert soon(self.is_at_rest)


Start = Callable[..., Cockpit]


def end(cockpit: Cockpit) -> None:
    """As Ctrl-C does; its home is free then."""
    cockpit.process.send_signal(signal.SIGINT)
    cockpit.process.wait(PATIENCE_S)


def picture(page: Page, name: str, *, whole: bool = False) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)


def fill(page: Page, scenario: str = "Pagination", **fields: str) -> None:
    """The form, whether it is the page's or in the dialog of a test after the first."""
    new = page.get_by_role("button", name="New")
    expect(new.or_(page.locator("select[name=variant]")).first).to_be_visible()
    if new.count():
        new.click()
    for row in page.locator("tr", has=page.get_by_role("checkbox")).all():
        row.get_by_role("checkbox").set_checked(scenario in row.inner_text())
    for name, value in fields.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def start(page: Page, scenario: str = "Pagination", **fields: str) -> None:
    fill(page, scenario, **{"rate": "80", "warmup": "0.5"} | fields)
    with page.expect_response("**/swarm"):
        page.get_by_role("button", name="Start").click()


def stop(page: Page) -> None:
    page.get_by_role("button", name="Stop").click()


def requests_shown(page: Page, operation: str) -> int:
    """The count in Locust's own table."""
    row = page.locator("tr", has=page.get_by_role("cell", name=operation, exact=True))
    return int(row.locator("td").nth(2).inner_text()) if row.count() else 0
