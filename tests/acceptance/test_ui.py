"""A sitting at the cockpit, in a real browser: choose, start, watch, stop, switch, compare, download."""

import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest
from playwright.sync_api import Page, expect, sync_playwright

#: Kept after the run, ignored by git: somebody should look at them.
PICTURES = Path(__file__).resolve().parents[1] / "artefacts" / "ui"
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_START_S = 90
#: Long enough for a snapshot of `tiny` to be built on a busy machine.
_PATIENCE_MS = 90_000
_DATASET_SEED = 23
HOW_TO_GET_IT = "no Chromium on PATH, so the cockpit's page was not tried; get one with: apt-get install chromium"


def browser_program() -> str | None:
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, kw_only=True)
class Cockpit:
    process: subprocess.Popen[str]
    url: str
    out: Path

    def get(self, path: str, **headers: str) -> Any:
        with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=headers), timeout=30) as answer:
            return orjson.loads(answer.read())

    def record(self, number: int) -> dict[str, Any]:
        """What was kept of a test."""
        (line,) = (self.out / f"test-{number}" / "trials.jsonl").read_bytes().splitlines()
        found: dict[str, Any] = orjson.loads(line)
        return found


@pytest.fixture(scope="module")
def started(folder: Path, environment: dict[str, str], command: list[str]) -> Iterator[Callable[..., Cockpit]]:
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
        return Cockpit(process=process, url=f"http://127.0.0.1:{port}", out=folder / name)

    yield start
    for process in running:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)
        assert process.stdout
        process.stdout.close()


@pytest.fixture(scope="module")
def cockpit(started: Callable[..., Cockpit]) -> Cockpit:
    if browser_program() is None:
        pytest.skip(HOW_TO_GET_IT)
    # a dataset of its own: whatever other tests have seeded, this sitting has to
    return started("--seed", str(_DATASET_SEED), name="sitting")


@pytest.fixture(scope="module")
def page(cockpit: Cockpit) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_program(), args=["--no-sandbox"])
        opened = browser.new_context(viewport={"width": 1360, "height": 900}, color_scheme="light").new_page()
        opened.goto(cockpit.url)
        yield opened
        browser.close()


def picture(page: Page, name: str, *, whole: bool = False) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)


def choose_and_start(page: Page, variant: str, **fields: str) -> None:
    if page.get_by_role("button", name="New").count():
        page.get_by_role("button", name="New").click()
    page.locator("select[name=variant]").select_option(variant)
    for name, value in fields.items():
        page.locator(f"input[name={name}]").fill(value)
    page.get_by_role("button", name="Start").click()


def says(page: Page, text: str) -> None:
    expect(page.locator(".cb-text")).to_contain_text(re.compile(text), timeout=_PATIENCE_MS)


def requests_shown(page: Page, operation: str) -> int:
    """The count in Locust's own table."""
    row = page.locator("tr", has=page.get_by_role("cell", name=operation, exact=True))
    return int(row.locator("td").nth(2).inner_text()) if row.count() else 0


def soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False


def test_the_form_offers_every_choice_with_help_and_the_first_scenario_ticked(page: Page) -> None:
    for name in ("variant", "dataset", "target", "arrivals"):
        expect(page.locator(f"select[name={name}]")).to_be_visible()
    for name in ("userCount", "spawnRate", "servers", "rate", "pageSize"):
        expect(page.locator(f"input[name={name}]")).to_be_visible()
    assert "seeded when missing" in page.content()
    assert page.get_by_role("row", name="Pagination").get_by_role("checkbox").is_checked()
    assert not page.get_by_role("row", name="Fanout").get_by_role("checkbox").is_checked()
    picture(page, "1-form", whole=True)


def test_a_variant_whose_snapshot_is_missing_is_seeded_in_sight_and_then_figures_move(page: Page) -> None:
    choose_and_start(page, "spec", rate="80", warmup="0.5")
    page.locator(".cb-status summary").click()
    steps = page.locator(".cb-steps li")
    expect(steps.filter(has_text="Seeding spec on tiny")).to_be_visible(timeout=_PATIENCE_MS)
    picture(page, "2-seeding")
    says(page, "Measuring pagination on spec")
    for text in ("Generating the dataset tiny", "Seeding spec on tiny", "Cloning the snapshot"):
        expect(steps.filter(has_text=text)).to_have_text(re.compile(r"^\d+(\.\d+)? s"))
    picture(page, "2-steps")
    page.locator(".cb-status summary").click()
    assert soon(lambda: requests_shown(page, "newest_page") > 0)
    seen = requests_shown(page, "newest_page")
    assert soon(lambda: requests_shown(page, "newest_page") > seen)
    picture(page, "3-statistics")


def test_the_tab_database_tells_what_an_operation_costs_while_it_runs(page: Page) -> None:
    page.get_by_role("tab", name="Database").click()
    row = page.locator("tr", has=page.get_by_role("cell", name="newest_page", exact=True))
    expect(row).to_be_visible(timeout=_PATIENCE_MS)
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


def test_the_page_live_draws_each_operation(page: Page, cockpit: Cockpit) -> None:
    live = page.context.new_page()
    live.goto(f"{cockpit.url}/cockpit/live")
    expect(live.locator("#charts path").first).to_be_attached(timeout=_PATIENCE_MS)
    expect(live.locator("#operations tbody tr", has_text="newest_page")).to_be_visible()
    picture(live, "6-live", whole=True)
    live.emulate_media(color_scheme="dark")
    live.wait_for_timeout(1500)
    picture(live, "6-live-dark", whole=True)
    live.close()


def test_figures_after_stop_are_all_that_the_engine_counted(page: Page, cockpit: Cockpit) -> None:
    page.get_by_role("tab", name="Statistics").click()
    page.get_by_role("button", name="Stop").click()
    says(page, "Test 1 .* is (kept|void)")
    expect(page.get_by_role("button", name="New")).to_be_visible(timeout=_PATIENCE_MS)
    record = cockpit.record(1)
    counted = record["operations"]["newest_page"]["count"] + record["unrecorded"].get("newest_page", 0)
    assert soon(lambda: requests_shown(page, "newest_page") == counted), (requests_shown(page, "newest_page"), counted)
    by_database = [s for s in record["evidence"]["statements"].values() if s["operation"] == "newest_page"]
    assert max(s["calls"] for s in by_database) == record["operations"]["newest_page"]["count"]
    shown = next(row for row in cockpit.get("/cockpit/live.json")["rows"] if row["name"] == "newest_page")
    assert shown["calls"] == record["operations"]["newest_page"]["count"]
    picture(page, "7-stopped")


def test_another_variant_needs_no_restart_and_a_window_ends_its_test_by_itself(page: Page, cockpit: Cockpit) -> None:
    choose_and_start(page, "baseline", window="3")
    says(page, "Measuring pagination on baseline")
    says(page, "Test 2 .* is (kept|void)")
    record = cockpit.record(2)
    assert record["variant"] == "baseline"
    assert record["operations"]["newest_page"]["count"] > 0
    expect(page.get_by_role("button", name="New")).to_be_visible(timeout=_PATIENCE_MS)


def test_deliveries_are_counted_while_they_come_and_when_all_have_come(page: Page, cockpit: Cockpit) -> None:
    page.get_by_role("tab", name="Delivery").click()
    page.get_by_role("button", name="New").click()
    page.get_by_role("row", name="Pagination").get_by_role("checkbox").uncheck()
    page.get_by_role("row", name="Fanout").get_by_role("checkbox").check()
    page.locator("select[name=target]").select_option("server")
    for name, value in (("receivers", "20"), ("rate", "40"), ("window", "0")):
        page.locator(f"input[name={name}]").fill(value)
    page.get_by_role("button", name="Start").click()
    says(page, "Measuring fanout on baseline")
    expect(page.get_by_role("cell", name="so far")).to_be_visible(timeout=_PATIENCE_MS)
    picture(page, "8-delivery")
    page.get_by_role("button", name="Stop").click()
    says(page, "Test 3 .* is (kept|void)")
    expect(page.get_by_role("cell", name="the whole window")).to_be_visible(timeout=_PATIENCE_MS)
    texts = page.locator("tr", has_text="the whole window").locator("td").all_inner_texts()
    deliveries = cockpit.record(3)["deliveries"]
    assert [int(text) for text in texts[1:4]] == [deliveries[key] for key in ("expected", "received", "lost")]
    assert deliveries["expected"] == 2 * cockpit.record(3)["operations"]["send"]["count"] > 0


def test_two_variants_stand_side_by_side_and_each_test_is_a_report(
    page: Page, cockpit: Cockpit, chatbench: Any
) -> None:
    page.goto(f"{cockpit.url}/cockpit/compare")
    expect(page.locator("table.tests tbody tr")).to_have_count(3)
    group = page.locator("section", has_text="pagination on tiny")
    assert group.locator(".legend li").all_inner_texts()[0].startswith("test 1 · spec")
    assert "baseline" in group.locator(".legend li").all_inner_texts()[1]
    assert group.locator("tr", has_text="newest_page").locator(".bar").count() == 2 * 6
    picture(page, "9-compare", whole=True)
    with page.expect_download() as waiting:
        page.locator("tr", has=page.get_by_role("cell", name="spec")).get_by_role("link", name="download").click()
    saved = PICTURES / "report.html"
    waiting.value.save_as(saved)
    assert waiting.value.suggested_filename == "chatbench-test-1-spec-pagination.html"
    assert "What does spec do under pagination?" in saved.read_text()
    with page.expect_download() as waiting:
        group.locator("a.together").click()
    together = PICTURES / "together.html"
    waiting.value.save_as(together)
    assert "How do baseline, spec compare under pagination?" in together.read_text()
    again = chatbench("report", str(cockpit.out / "test-1"))
    assert again.returncode == 0, again.stderr


def test_a_rate_of_nothing_is_refused_in_a_sentence_and_the_next_test_runs(page: Page, cockpit: Cockpit) -> None:
    page.goto(cockpit.url)
    choose_and_start(page, "spec", rate="0")
    says(page, "The rate is 0, so no task would ever be due")
    picture(page, "10-refused")
    expect(page.get_by_role("button", name="New")).to_be_visible(timeout=_PATIENCE_MS)


def test_another_web_site_can_neither_read_nor_start_anything(cockpit: Cockpit) -> None:
    for headers in ({"Origin": "http://example.org"}, {"Host": "example.org"}):
        with pytest.raises(urllib.error.HTTPError) as refused:
            cockpit.get("/stats/requests", **headers)
        assert refused.value.code == 403
        refused.value.close()


def test_ending_it_in_the_middle_of_a_test_leaves_no_process_and_no_clone(
    page: Page, cockpit: Cockpit, started_by: Callable[[int], list[psutil.Process]]
) -> None:
    processes = started_by(cockpit.process.pid)
    base = _databases_of(processes)
    before = set(base.iterdir())
    # the scenario that was ticked last
    choose_and_start(page, "spec", rate="40")
    says(page, "Measuring fanout on spec")
    assert len(set(base.iterdir()) - before) == 1
    processes = started_by(cockpit.process.pid)
    cockpit.process.send_signal(signal.SIGTERM)
    cockpit.process.wait(60)
    assert set(base.iterdir()) == before
    assert soon(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes))


def _databases_of(processes: list[psutil.Process]) -> Path:
    """The folder in which PostgreSQL has one folder a database."""
    words = next(line for one in processes if "-D" in (line := one.cmdline()))
    return Path(words[words.index("-D") + 1]) / "base"


def test_an_address_that_others_reach_is_refused_without_a_login(chatbench: Any) -> None:
    refused = chatbench("ui", "--host", "0.0.0.0")
    assert refused.returncode == 2
    assert "can be reached from other machines" in refused.stderr
    assert "--web-login" in refused.stderr


def test_behind_a_login_nothing_is_shown_before_the_password(started: Callable[..., Cockpit]) -> None:
    cockpit = started("--host", "0.0.0.0", "--web-login", name="guarded", CHATBENCH_UI_PASSWORD="open sesame")
    visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    for path in ("/", "/cockpit/compare", "/cockpit/status", "/stats/requests"):
        with visitor.open(cockpit.url + path, timeout=30) as answer:
            assert answer.url.startswith(f"{cockpit.url}/login")
    for password, arrives in (("guess", "/login"), ("open sesame", "/")):
        with visitor.open(f"{cockpit.url}/cockpit-login", f"password={password}".encode(), timeout=30) as answer:
            assert answer.url == cockpit.url + arrives
    with visitor.open(f"{cockpit.url}/cockpit/status", timeout=30) as answer:
        assert orjson.loads(answer.read())["phase"] == "ready"
