"""A sitting at the cockpit, in a real browser: choose, start, watch, stop, switch, compare, download, be refused.

Every test makes the tests that it looks at. What lasts is waited for, never what passes: a step may be shorter than
the second after which the page asks again, and a busy machine takes many times as long for each.
"""

import re
import shutil
import urllib.error
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.cockpit import (
    FORM,
    PICTURES,
    Cockpit,
    fill,
    picture,
    requests_shown,
    soon,
    start,
    stop,
)
from tests.integration.places import free_port


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
    assert cockpit.post("/swarm", **FORM)["success"]
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("alert")).to_contain_text("A test is going on")
    assert cockpit.reaches("Measuring")
    for changed in ({}, {"variant": "spec"}):
        told = cockpit.post("/swarm", **FORM | changed)
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
