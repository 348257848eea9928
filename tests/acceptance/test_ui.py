"""A sitting at the cockpit, in a real browser: choose, start, watch, stop, switch, compare, download.

Every test makes the tests that it looks at. What lasts is waited for, never what passes: a step may be shorter than
the second after which the page asks again, and a busy machine takes many times as long for each.
"""

import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

#: Kept after the run, ignored by git: somebody should look at them.
PICTURES = Path(__file__).resolve().parents[1] / "artefacts" / "ui"
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Long enough for a snapshot of `tiny` to be built on a busy machine.
_PATIENCE_S = 120
_PATIENCE_MS = 1000 * _PATIENCE_S
_AT_REST = ("ready", "done", "stopped", "failed")
HOW_TO_GET_IT = "no Chromium on PATH, so the cockpit's page was not tried; get one with: apt-get install chromium"

expect.set_options(timeout=_PATIENCE_MS)


def browser_program() -> str | None:
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def soon(condition: Callable[[], Any]) -> Any:
    """What the condition gives once it is true; its last answer where it never is."""
    deadline = time.monotonic() + _PATIENCE_S
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
        with urllib.request.urlopen(asked, timeout=_PATIENCE_S) as answer:
            return orjson.loads(answer.read())

    def post(self, path: str, **form: Any) -> Any:
        data = urllib.parse.urlencode(form, doseq=True).encode()
        with urllib.request.urlopen(self.url + path, data, timeout=_PATIENCE_S) as answer:
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
    cockpit.process.wait(_PATIENCE_S)


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
            process.wait(_PATIENCE_S)
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
    context.set_default_timeout(_PATIENCE_MS)
    opened = context.new_page()
    opened.goto(cockpit.url)
    yield opened
    context.close()


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


def test_the_form_offers_every_choice_with_help_and_the_first_scenario_ticked(page: Page, cockpit: Cockpit) -> None:
    page.get_by_role("row", name="Pagination").or_(page.get_by_role("button", name="New")).first.wait_for()
    if page.get_by_role("button", name="New").count():
        page.get_by_role("button", name="New").click()
    for name in ("variant", "dataset", "target", "arrivals", "shape"):
        expect(page.locator(f"select[name={name}]")).to_be_visible()
    for name in ("userCount", "spawnRate", "servers", "rate", "pageSize"):
        expect(page.locator(f"input[name={name}]")).to_be_visible()
    assert "seeded when missing" in page.content()
    assert page.get_by_role("row", name="Pagination").get_by_role("checkbox").is_checked()
    assert not page.get_by_role("row", name="Fanout").get_by_role("checkbox").is_checked()
    picture(page, "1-form", whole=True)


def test_a_variant_whose_snapshot_is_missing_is_seeded_in_sight_and_needs_no_restart(
    page: Page, cockpit: Cockpit
) -> None:
    # a dataset and a variant that no other test has
    chosen = {"variant": "covering_page", "datasetSeed": "23", "window": "2"}
    start(page, **chosen)
    page.locator(".cb-status summary").click()
    steps = page.locator(".cb-steps li")
    for text in ("Generating the dataset tiny", "Seeding covering_page on tiny", "Cloning the snapshot"):
        expect(steps.filter(has_text=text)).to_have_text(re.compile(r"^\d+(\.\d+)? s"))
    picture(page, "2-steps")
    assert cockpit.record(cockpit.ended())["variant"] == "covering_page"
    page.locator(".cb-status summary").click()
    start(page, **chosen)
    assert cockpit.record(cockpit.ended())["operations"]["newest_page"]["count"] > 0
    assert not any(step["text"].startswith(("Generating", "Seeding")) for step in cockpit.status()["steps"])


def test_figures_move_while_it_runs_and_are_all_that_the_engine_counted_when_it_has_stopped(
    page: Page, cockpit: Cockpit
) -> None:
    start(page, window="0")
    assert cockpit.reaches("Measuring pagination on baseline")
    assert soon(lambda: requests_shown(page, "newest_page") > 0)
    seen = requests_shown(page, "newest_page")
    assert soon(lambda: requests_shown(page, "newest_page") > seen)
    picture(page, "3-statistics")
    stop(page)
    record = cockpit.record(cockpit.ended())
    expect(page.locator(".cb-text")).to_contain_text(re.compile(r"Test \d+ .* is (kept|void)"))
    expect(page.get_by_role("button", name="New")).to_be_visible()
    counted = record["operations"]["newest_page"]["count"] + record["unrecorded"].get("newest_page", 0)
    assert soon(lambda: requests_shown(page, "newest_page") == counted), (requests_shown(page, "newest_page"), counted)
    by_database = [s for s in record["evidence"]["statements"].values() if s["operation"] == "newest_page"]
    assert max(s["calls"] for s in by_database) == record["operations"]["newest_page"]["count"]
    shown = next(row for row in cockpit.get("/cockpit/live.json")["rows"] if row["name"] == "newest_page")
    assert shown["calls"] == record["operations"]["newest_page"]["count"]
    picture(page, "7-stopped")


def test_the_database_tells_what_an_operation_costs_while_it_runs(page: Page, cockpit: Cockpit) -> None:
    start(page, window="0")
    page.get_by_role("tab", name="Database").click()
    row = page.locator("tr", has=page.get_by_role("cell", name="newest_page", exact=True))
    expect(row).to_be_visible()
    calls, _, execution_us, _, blocks, wal, hits = (float(text) for text in row.locator("td").all_inner_texts()[1:])
    assert calls > 0
    assert execution_us > 0
    assert blocks >= 1
    assert wal >= 0
    assert 0 < hits <= 100
    picture(page, "4-database")
    page.get_by_role("tab", name="Charts").click()
    page.wait_for_timeout(2500)
    picture(page, "5-charts")
    live = page.context.new_page()
    live.goto(f"{cockpit.url}/cockpit/live")
    expect(live.locator("#charts path").first).to_be_attached()
    expect(live.locator("#operations tbody tr", has_text="newest_page")).to_be_visible()
    picture(live, "6-live", whole=True)
    live.emulate_media(color_scheme="dark")
    expect(live.locator("html")).to_have_attribute("data-theme", "dark")
    picture(live, "6-live-dark", whole=True)


def test_deliveries_are_counted_while_they_come_and_when_all_have_come(page: Page, cockpit: Cockpit) -> None:
    page.goto(f"{cockpit.url}/?tab=delivery")
    start(page, "Fanout", target="server", receivers="20", rate="40", window="0")
    expect(page.get_by_role("cell", name="so far")).to_be_visible()
    picture(page, "8-delivery")
    stop(page)
    record = cockpit.record(cockpit.ended())
    expect(page.get_by_role("cell", name="the whole window")).to_be_visible()
    texts = page.locator("tr", has_text="the whole window").locator("td").all_inner_texts()
    assert [int(text) for text in texts[1:4]] == [record["deliveries"][key] for key in ("expected", "received", "lost")]
    assert record["deliveries"]["expected"] == 2 * record["operations"]["send"]["count"] > 0


def test_a_shape_moves_the_users_stands_in_the_record_and_keeps_a_group_of_its_own(
    page: Page, cockpit: Cockpit
) -> None:
    load = {"rate": "90", "window": "10"}
    start(page, shape="spike", **load)
    assert soon(lambda: cockpit.get("/stats/requests")["user_count"] == 3)
    assert soon(lambda: cockpit.get("/stats/requests")["user_count"] == 16)
    number = cockpit.ended()
    assert cockpit.record(number)["load"]["shape"] == "spike"
    start(page, shape="none", **load)
    cockpit.ended()
    page.goto(f"{cockpit.url}/cockpit/compare")
    group = page.locator("section", has_text="pagination (spike) on tiny")
    assert group.locator(".legend li").all_inner_texts()[0].startswith(f"test {number} · baseline")
    assert "90 tasks/s, poisson · pages of 50 · at the peak of the shape spike over 10 s" in group.inner_text()
    expect(group.get_by_role("img", name="all operations: calls, second by second")).to_be_visible()
    assert page.locator("section", has_text="pagination on tiny").filter(has_text="90 tasks/s").count() == 1
    picture(page, "9-shape", whole=True)


def test_two_variants_stand_side_by_side_and_each_test_is_a_report(
    page: Page, cockpit: Cockpit, chatbench: Any
) -> None:
    # a rate that no other test has: they are a group of their own
    start(page, variant="spec", rate="61", window="3")
    first = cockpit.ended()
    start(page, variant="baseline", rate="61", window="3")
    second = cockpit.ended()
    page.goto(f"{cockpit.url}/cockpit/compare")
    group = page.locator("section", has_text="61 tasks/s")
    legend = group.locator(".legend li").all_inner_texts()
    assert [text.removesuffix(" (void)") for text in legend] == [f"test {first} · spec", f"test {second} · baseline"]
    assert group.locator("tr", has_text="newest_page").locator(".bar").count() == 2 * 6
    picture(page, "9-compare", whole=True)
    row = page.locator("table.tests tr", has=page.get_by_role("rowheader", name=str(first), exact=True))
    with page.expect_download() as waiting:
        row.get_by_role("link", name="download").click()
    saved = PICTURES / "report.html"
    waiting.value.save_as(saved)
    assert waiting.value.suggested_filename == f"chatbench-test-{first}-spec-pagination.html"
    assert "What does spec do under pagination?" in saved.read_text()
    with page.expect_download() as waiting:
        group.locator("a.together").click()
    together = PICTURES / "together.html"
    waiting.value.save_as(together)
    assert "How do baseline, spec compare under pagination?" in together.read_text()
    again = chatbench("report", str(cockpit.out / f"test-{first}"))
    assert again.returncode == 0, again.stderr


def test_what_makes_no_sense_is_refused_in_the_form_and_then_the_next_test_runs(page: Page, cockpit: Cockpit) -> None:
    refused = [
        ("rate", "0", "The rate is 0, so no task would ever be due"),
        ("rate", "fast", "The field rate is 'fast'"),
        ("connections", "900", "asks for 900 PostgreSQL connections"),
    ]
    if shutil.disk_usage(cockpit.out.parent).free < 160e9:
        refused.append(("dataset", "huge", "needs about 164.0 GB"))
    kept = cockpit.status()["tests"]
    sensible = {"rate": "80", "connections": "8", "dataset": "tiny", "window": "2"}
    for field, text, said in refused:
        start(page, **sensible | {field: text})
        expect(page.get_by_role("alert")).to_contain_text(said)
        picture(page, f"10-refused-{field}")
    assert cockpit.status()["tests"] == kept
    start(page, **sensible)
    cockpit.ended()


def test_a_second_start_while_one_test_runs_is_refused_whoever_asks(page: Page, cockpit: Cockpit) -> None:
    fill(page)
    assert cockpit.post("/swarm", **_FORM)["success"]
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("alert")).to_contain_text("A test is going on")
    assert cockpit.reaches("Measuring")
    for changed in ({}, {"variant": "spec"}):
        told = cockpit.post("/swarm", **_FORM | changed)
        assert not told["success"]
        assert "A test is going on" in told["message"]
    cockpit.post("/stop")
    assert cockpit.record(cockpit.ended())["load"]["users"] == 4


def test_a_test_stopped_before_its_window_keeps_nothing_and_the_page_is_ready_for_the_next(
    page: Page, cockpit: Cockpit
) -> None:
    kept = cockpit.status()["tests"]
    for _ in range(3):
        start(page, window="0")
        stop(page)
        expect(page.get_by_role("button", name="New")).to_be_visible()
        assert soon(lambda: cockpit.status()["phase"] == "stopped")
    assert cockpit.status()["tests"] == kept


def test_another_web_site_can_neither_read_nor_start_anything(cockpit: Cockpit) -> None:
    for headers in ({"Origin": "http://example.org"}, {"Host": "example.org"}):
        with pytest.raises(urllib.error.HTTPError) as refused:
            cockpit.get("/stats/requests", **headers)
        assert refused.value.code == 403
        refused.value.close()


def test_a_second_one_in_the_same_home_is_told_who_holds_it(cockpit: Cockpit, chatbench: Any) -> None:
    refused = chatbench("ui", "--home", "home-of-sitting", "--port", str(free_port()))
    assert refused.returncode == 3
    said = " ".join(refused.stderr.split())
    assert f"home-of-sitting is in use by process {cockpit.process.pid} (chatbench ui" in said
    assert "Nothing was started" in said


_FORM: dict[str, Any] = {
    "user_count": 4,
    "spawn_rate": 4,
    "user_classes": ["Pagination"],
    "variant": "baseline",
    "window": 0,
    "warmup": 0.2,
}


def _measuring(cockpit: Cockpit) -> None:
    assert cockpit.post("/swarm", **_FORM)["success"]
    assert cockpit.reaches("Measuring")


def _gone(processes: list[psutil.Process]) -> bool:
    return not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes)


def test_ending_it_in_the_middle_of_a_test_leaves_no_process_and_no_clone(
    own: Cockpit, started_by: Callable[[int], list[psutil.Process]]
) -> None:
    (postgres,) = (one.cmdline() for one in started_by(own.process.pid) if "-D" in one.cmdline())
    base = Path(postgres[postgres.index("-D") + 1]) / "base"
    assert own.post("/swarm", **_FORM | {"window": 1})["success"]
    own.ended()
    before = set(base.iterdir())
    _measuring(own)
    assert len(set(base.iterdir()) - before) == 1
    processes = started_by(own.process.pid)
    own.process.send_signal(signal.SIGTERM)
    own.process.wait(_PATIENCE_S)
    assert set(base.iterdir()) == before
    assert soon(lambda: _gone(processes))
    assert own.process.stdout
    # the one that was in its window too
    assert "2 test(s) are kept in" in own.process.stdout.read()


def test_a_killed_server_ends_the_test_in_a_sentence_and_is_started_again_for_the_next(
    own: Cockpit, started_by: Callable[[int], list[psutil.Process]]
) -> None:
    for program, name in (("postgres", "PostgreSQL"), ("valkey-server", "Valkey")):
        _measuring(own)
        (server,) = (
            one for one in psutil.Process(own.process.pid).children() if program in " ".join(one.cmdline()[:1])
        )
        server.kill()
        assert soon(lambda: own.status()["phase"] == "failed")
        assert f"{name} was ended by SIGKILL, so the test is over" in own.status()["text"]
        assert soon(own.is_at_rest)
    assert own.post("/swarm", **_FORM | {"window": 1})["success"]
    assert own.record(own.ended())["load"]["users"] == 4


def test_a_killed_page_ends_the_sitting_in_a_sentence_and_leaves_no_process(
    own: Cockpit, started_by: Callable[[int], list[psutil.Process]]
) -> None:
    _measuring(own)
    processes = started_by(own.process.pid)
    next(one for one in processes if "locust" in one.cmdline()).kill()
    assert own.process.wait(_PATIENCE_S) == 3
    assert "was ended by SIGKILL, so the sitting is over" in " ".join(own.errors.read_text().split())
    assert soon(lambda: _gone(processes))


def test_a_killed_cockpit_leaves_no_process_and_the_next_sitting_goes_on_with_its_tests(
    started: Start, folder: Path, started_by: Callable[[int], list[psutil.Process]]
) -> None:
    first = started("--home", "home-of-others", name="goes-on")
    assert first.post("/swarm", **_FORM | {"window": 1})["success"]
    assert first.ended() == 1
    _measuring(first)
    processes = started_by(first.process.pid)
    first.process.kill()
    assert soon(lambda: _gone(processes))
    second = started("--home", "home-of-others", name="goes-on")
    assert second.status()["tests"] == 1
    assert second.post("/swarm", **_FORM | {"window": 1})["success"]
    assert second.ended() == 2
    end(second)
    assert {path.name for path in (folder / "goes-on").iterdir()} == {"test-1", "test-2"}


def test_an_address_that_others_reach_is_refused_without_a_login(chatbench: Any) -> None:
    refused = chatbench("ui", "--host", "0.0.0.0")
    assert refused.returncode == 2
    assert "can be reached from other machines" in refused.stderr
    assert "--web-login" in refused.stderr


def test_behind_a_login_nothing_is_shown_or_started_before_the_password(started: Start) -> None:
    cockpit = started(
        *("--home", "home-of-others", "--host", "0.0.0.0", "--web-login"),
        name="guarded",
        CHATBENCH_UI_PASSWORD="open sesame",
    )
    visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    for path, form in (("/", None), ("/cockpit/compare", None), ("/cockpit/status", None), ("/stats/requests", None)):
        with visitor.open(cockpit.url + path, form, timeout=_PATIENCE_S) as answer:
            assert answer.url.startswith(f"{cockpit.url}/login")
    with visitor.open(f"{cockpit.url}/swarm", b"user_count=1", timeout=_PATIENCE_S) as answer:
        assert answer.url.startswith(f"{cockpit.url}/login")
    for password, arrives in (("guess", "/login"), ("open sesame", "/")):
        with visitor.open(
            f"{cockpit.url}/cockpit-login", f"password={password}".encode(), timeout=_PATIENCE_S
        ) as answer:
            assert answer.url == cockpit.url + arrives
    with visitor.open(f"{cockpit.url}/cockpit/status", timeout=_PATIENCE_S) as answer:
        assert orjson.loads(answer.read())["phase"] == "ready"
    cockpit.process.send_signal(signal.SIGINT)
    told, _ = cockpit.process.communicate(timeout=_PATIENCE_S)
    assert "open sesame" not in told
