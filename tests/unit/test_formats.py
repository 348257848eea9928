"""A run as Markdown, CSV, Parquet and JUnit XML."""

import csv
import io
from xml.etree import ElementTree as ET

import pyarrow.parquet as pq
import pytest

from harness.judging.fail_on import gate_of, hold
from harness.judging.summary import summarise
from reports.formats.junit import junit
from reports.formats.markdown import markdown
from reports.formats.tabular import findings_csv, findings_parquet
from reports.stored_run import StoredRun
from tests.unit.synthetic_run import manifest, trials


@pytest.fixture(scope="module")
def run():
    return StoredRun(manifest=manifest(), summary=summarise(manifest(), trials()), trials=trials())


@pytest.fixture(scope="module")
def checks(run):
    return list(hold([gate_of("worse")], run.summary["findings"]))


def test_csv_has_a_line_for_each_finding_with_what_is_missing_left_empty(run):
    rows = list(csv.DictReader(io.StringIO(findings_csv(run.summary["findings"]))))
    assert len(rows) == len(run.summary["findings"])
    (send,) = [r for r in rows if (r["operation"], r["metric"], r["candidate"]) == ("send", "response_p50_us", "lean")]
    assert send["verdict"] == "better"
    assert float(send["ratio"]) == pytest.approx(0.86, abs=0.03)
    assert "" in {row["rounds_needed"] for row in rows}
    assert "None" not in {cell for row in rows for cell in row.values()}


def test_parquet_holds_the_same_with_types(run):
    table = pq.read_table(io.BytesIO(findings_parquet(run.summary["findings"])))
    assert table.num_rows == len(run.summary["findings"])
    assert str(table.schema.field("ratio").type) == "double"
    assert table.column("verdict").to_pylist() == [f["verdict"] for f in run.summary["findings"]]
    assert None in table.column("rounds_needed").to_pylist()


def test_markdown_opens_with_question_recommendation_and_a_broken_gate(run, checks):
    lines = markdown(run, checks).splitlines()
    assert lines[0] == "### Do the spec's indexes serve a chat client's day better than the baseline schema?"
    assert lines[2].startswith("**Take lean instead of baseline: under this run's mix")
    assert any(line.startswith("- ❌ `worse`: day, older\\_page") for line in lines)


def test_markdown_has_a_row_for_each_operation_and_fits_a_comment(run, checks):
    text = markdown(run, checks)
    assert "| operation | baseline | spec | lean | no\\_page\\_index | baseline:again |" in text
    assert "| older page |" in text
    assert "**▲ worse** ×9." in text
    assert len(text) < 65_536


def test_markdown_leaves_no_markup_of_others_alive(run):
    evil = StoredRun(
        manifest=run.manifest,
        summary={**run.summary, "experiment": {**run.summary["experiment"], "question": "<b>*|`"}},
        trials=run.trials,
    )
    assert markdown(evil, []).startswith("### \\<b\\>\\*\\|\\`")


def test_junit_has_a_test_case_for_each_finding_and_gate(run, checks):
    two = [*checks, *hold([gate_of("newest_page p50 > +10%")], run.summary["findings"])]
    suite = ET.fromstring(junit("a run", run.summary, two))
    assert int(suite.get("tests")) == len(suite.findall("testcase")) == len(checks) + 3
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure")) == 3
    failed = {case.get("name") for case in suite.findall("testcase") if case.find("failure") is not None}
    assert failed == {
        "older_page response_p50_us: not worse",
        "newest_page response_p50_us: not worse",
        "newest_page response_p50_us: not newest_page p50 > +10%",
    }


def test_junit_without_gates_holds_findings_against_worse_and_skips_the_unresolved(run, checks):
    suite = ET.fromstring(junit("a run", run.summary, []))
    unresolved = [c for c in checks if c.finding["verdict"] == "unresolved"]
    assert int(suite.get("tests")) == len(checks)
    assert len(suite.findall("testcase/skipped")) == int(suite.get("skipped")) == len(unresolved)


def test_junit_replaces_what_xml_cannot_hold(run, checks):
    assert "a\ufffdb" in ET.fromstring(junit("a\x00b", run.summary, checks)).get("name")
