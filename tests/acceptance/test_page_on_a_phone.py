"""A report's page in a real browser: folded on a phone, whole on a wide screen and on paper."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from reports.page import page_of
from reports.stored_run import read_run
from tests.unit.synthetic_run import write_run

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def page(folder: Path, browser: Browser) -> Iterator[Page]:
    written = folder / "synthetic.html"
    written.write_text(page_of(read_run(write_run(folder / "synthetic"))))
    opened = browser.new_page()
    opened.goto(written.as_uri())
    yield opened
    opened.close()


def test_a_phone_shows_verdicts_and_a_link_of_the_contents_unfolds_the_rest(page: Page) -> None:
    page.set_viewport_size(PHONE)
    expect(page.locator("#verdicts table").first).to_be_visible()
    expect(page.locator("#latency table").first).not_to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Response times").click()
    expect(page.locator("#latency table").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_wide_screen_and_paper_show_everything(page: Page) -> None:
    page.set_viewport_size(DESK)
    expect(page.locator("#rounds figure").first).to_be_visible()
    page.set_viewport_size(PHONE)
    expect(page.locator("#rounds figure").first).not_to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("#rounds figure").first).to_be_visible()
