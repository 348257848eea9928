"""A page stays under its limit, and says what it had to leave out."""

import pytest
from markupsafe import Markup

from harness.judging.summary import summarise
from reports import fitting
from reports.fitting import MOST_BYTES, fitted
from reports.page import page_of
from reports.section import Section
from reports.stored_run import StoredRun
from tests.unit.synthetic_run import manifest, trials


@pytest.fixture(scope="module")
def run():
    return StoredRun(manifest=manifest(), summary=summarise(manifest(), trials()), trials=trials())


@pytest.fixture(scope="module")
def whole(run):
    return page_of(run)


def under(run, monkeypatch, most_bytes):
    monkeypatch.setattr(fitting, "MOST_BYTES", most_bytes)
    return page_of(run)


def test_a_page_that_fits_leaves_nothing_out(whole):
    assert len(whole.encode()) < MOST_BYTES == 3_000_000
    assert "Left out" not in whole


def test_raw_data_go_first_and_the_page_says_which_and_where_they_are(run, whole, monkeypatch):
    page = under(run, monkeypatch, len(whole.encode()) - 1)
    assert len(page.encode()) < len(whole.encode())
    assert "the files findings.csv and summary.json.gz" in page
    assert "<code>summary.json</code> in the run's folder" in page
    assert page.count('<svg class="picture"') == whole.count('<svg class="picture"')


def test_then_pictures_go_and_those_of_response_times_last(run, whole, monkeypatch):
    page = under(run, monkeypatch, len(whole.encode()) * 6 // 10)
    assert len(page.encode()) <= len(whole.encode()) * 6 // 10
    assert 0 < page.count('<svg class="picture"') < whole.count('<svg class="picture"')
    assert "Quantile curves of newest page" in page
    assert "Rounds in time order: " in page.split("</header>")[0]


def test_verdicts_stay_whatever_the_limit(run, monkeypatch):
    page = under(run, monkeypatch, 1)
    assert '<svg class="picture"' not in page
    assert "▲" in page.split('id="verdicts"')[1]
    assert page.split("</header>")[0].count("interval pictures") == 1


def test_a_page_of_many_large_sections_is_cut_to_its_limit():
    picture = Markup('<svg class="picture">{}</svg>').format("x" * 900_000)
    sections = [Section(anchor=f"s{n}", title=f"S{n}", body=picture) for n in range(9)]
    page = fitted(lambda shown, notes: "".join(s.body for s in shown) + "".join(notes), sections)
    assert 900_000 < len(page.encode()) <= MOST_BYTES
    assert "S0: 1 pictures" in page
