"""Two stored runs: alike or refused, and compared without pairing their rounds."""

import math
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from scipy import stats

from harness.judging.fail_on import gate_of, hold
from harness.run_folder import RunFolder
from harness.stored_runs.comparing import UnlikeRunsError, compare_runs
from harness.stored_runs.fingerprints import differences, facts_of, fingerprints_of
from harness.stored_runs.sides import read_side
from harness.stored_runs.welch import unpaired_ratio
from reports.files import FORMATS, write_files_of_two
from reports.runs_page import runs_page
from reports.two_runs import TwoRuns
from tests.unit.synthetic_run import manifest, trials


def test_welch_agrees_with_scipys_on_logs():
    rng = np.random.default_rng(1)
    ours, theirs = rng.lognormal(0.2, 0.05, 6), rng.lognormal(0.0, 0.15, 9)
    found, known = unpaired_ratio(ours, theirs), stats.ttest_ind(np.log(ours), np.log(theirs), equal_var=False)
    interval = known.confidence_interval()
    assert found.p_value == pytest.approx(known.pvalue)
    assert (math.log(found.low), math.log(found.high)) == pytest.approx((interval.low, interval.high))


def test_one_round_or_a_cost_of_nothing_has_no_unpaired_ratio():
    assert unpaired_ratio([1.0], [1.0, 2.0]) is None
    assert unpaired_ratio([1.0, 0.0], [1.0, 2.0]) is None


def test_counts_that_never_vary_are_equal_or_not_without_a_doubt():
    assert unpaired_ratio([4.0, 4.0], [4.0, 4.0]).p_value == 1.0
    assert unpaired_ratio([8.0, 8.0], [4.0, 4.0]).p_value == 0.0


def test_the_fingerprint_of_a_part_changes_with_its_facts_alone():
    first, second = manifest(), manifest() | {"dataset": {**manifest()["dataset"], "seed": 99}}
    changed = [part for part, value in fingerprints_of(first).items() if fingerprints_of(second)[part] != value]
    assert changed == ["data"]
    assert [row["fact"] for row in differences(first, second, ["spec"])] == ["seed"]


def test_schemas_of_variants_that_are_not_compared_may_differ():
    other = manifest()
    other["variants"]["lean"]["fingerprint"] = "changed"
    assert differences(manifest(), other, ["spec"]) == []
    assert set(facts_of(other, ["spec"])["schema"]) == {"spec"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    made = []
    for name, seed in (("one", 1), ("two", 1), ("three", 2)):
        folder = RunFolder.create(tmp_path_factory.mktemp(name))
        stored = manifest() | {"run_id": name, "dataset": {**manifest()["dataset"], "seed": seed}}
        folder.write_manifest(stored)
        for trial in [t for t in trials() if t["lane"] in ("baseline", "baseline:again") and t["round"] <= 3]:
            folder.append_trial(trial)
        made.append(folder)
    return made


def test_a_run_compared_with_its_like_has_a_finding_for_each_operation_of_each_shared_variant(folders):
    one, two, _ = (read_side(folder) for folder in folders)
    summary = compare_runs(one, two, force=False)
    assert summary["unlike"] == []
    assert {finding["ratio"] for finding in summary["findings"] if finding["ratio"]} == {1.0}
    assert "In nothing that is recorded" in runs_page(TwoRuns(summary=summary, before=one, after=two))


def test_the_page_of_two_runs_has_the_pictures_that_a_runs_page_has(folders):
    one, two, _ = (read_side(folder) for folder in folders)
    page = runs_page(TwoRuns(summary=compare_runs(one, two, force=False), before=one, after=two))
    assert 'aria-label="×1.00, 95 % interval' in page
    assert 'aria-label="Quantile curves of newest page; medians: before' in page
    assert 'aria-label="After ÷ before by quantile of newest page: baseline ×1.00' in page


def test_void_trials_are_counted_run_by_run_in_summary_and_page(folders, tmp_path):
    one = read_side(folders[0])
    spoilt = RunFolder.create(tmp_path / "spoilt")
    spoilt.write_manifest(manifest() | {"run_id": "spoilt"})
    for trial in folders[0].read_trials():
        spoilt.append_trial(trial | {"void": "1 checkpoint(s) fell into the window" if trial["round"] == 1 else None})
    two = read_side(spoilt)
    summary = compare_runs(one, two, force=False)
    ran = len(folders[0].read_trials())
    first = sum(trial["round"] == 1 for trial in folders[0].read_trials())
    assert summary["voided"] == [
        {"run": "one", "void": 0, "trials": ran},
        {"run": "spoilt", "void": first, "trials": ran},
    ]
    page = runs_page(TwoRuns(summary=summary, before=one, after=two))
    assert "void trials in spoilt" in page
    assert f"{first} of {ran}" in page


def test_two_runs_become_every_format_that_one_run_becomes(folders, tmp_path):
    one, two, _ = (read_side(folder) for folder in folders)
    runs = TwoRuns(summary=compare_runs(one, two, force=False), before=one, after=two)
    held = list(hold([gate_of("worse")], runs.summary["findings"]))
    written = write_files_of_two(tmp_path, runs, list(FORMATS), held)
    assert [path.name for path in written] == [form.file for form in FORMATS.values()]
    assert "✅ `worse`" in (tmp_path / "report.md").read_text()
    assert "| newest page | baseline |" in (tmp_path / "report.md").read_text()
    assert ET.parse(tmp_path / "junit.xml").getroot().get("failures") == "0"


def test_a_gate_breaks_on_what_a_later_run_made_worse(folders, tmp_path):
    one, _, _ = folders
    slower = RunFolder.create(tmp_path)
    slower.write_manifest(one.read_manifest() | {"run_id": "slower"})
    for stored in one.read_trials():
        for statement in stored["evidence"]["statements"].values():
            statement["blocks_hit"] *= 3
        slower.append_trial(stored)
    summary = compare_runs(read_side(one), read_side(slower), force=False)
    checks = list(hold([gate_of("blocks > +50%")], summary["findings"]))
    assert {check.finding["operation"] for check in checks if check.broken} >= {"newest_page", "send"}


def test_unlike_runs_are_refused_by_name_of_the_difference_unless_forced_which_the_page_says(folders):
    one, _, three = (read_side(folder) for folder in folders)
    with pytest.raises(UnlikeRunsError, match="data, seed: 1 and 2"):
        compare_runs(one, three, force=False)
    forced = compare_runs(one, three, force=True)
    assert forced["forced"]
    assert "forced: data, seed: 1 and 2" in runs_page(TwoRuns(summary=forced, before=one, after=three))
