"""From trials to findings."""

import math

import numpy as np
import pytest

from harness.judging.summary import summarise
from harness.judging.verdict_lines import verdict_lines
from harness.run_folder import RunFolder
from harness.statistics.histograms import decode, merge
from tests.unit.synthetic_run import CANDIDATES, OPERATIONS, histogram, manifest, trial, trials, write_run

SCENARIO = manifest()["experiment"]["scenarios"][0]
CONTRACT = {
    "scenario", "target", "operation", "metric", "unit", "baseline", "candidate", "baseline_value", "candidate_value",
    "ratio", "ratio_low", "ratio_high", "p_value", "p_adjusted", "noise_floor", "verdict", "rounds",
}  # fmt: skip


@pytest.fixture(scope="module")
def summary():
    return summarise(manifest(), trials())


def finding(summary, operation, candidate, metric="response_p50_us"):
    (found,) = [
        f
        for f in summary["findings"]
        if (f["operation"], f["candidate"], f["metric"]) == (operation, candidate, metric)
    ]
    return found


def test_every_operation_and_lane_has_a_primary_finding_with_the_contracts_keys(summary):
    primary = {(f["operation"], f["candidate"]) for f in summary["findings"] if f["primary"]}
    assert primary == {(o, lane) for o in OPERATIONS for lane in [*CANDIDATES, "baseline:again"]}
    assert all(f.keys() >= CONTRACT for f in summary["findings"])


def test_the_planted_effects_are_found(summary):
    assert finding(summary, "older_page", "no_page_index")["verdict"] == "worse"
    assert finding(summary, "newest_page", "no_page_index")["ratio"] == pytest.approx(6, rel=0.1)
    assert finding(summary, "older_page", "spec")["verdict"] == "better"


def test_tasks_get_no_findings(summary):
    assert not [f for f in summary["findings"] if f["operation"].startswith("task:")]


def test_a_rare_operation_is_unresolved_and_says_how_many_samples_it_had(summary):
    found = finding(summary, "block_add", "spec")
    assert found["verdict"] == "unresolved"
    assert "12 samples" in found["why"]
    assert found["ratio"] is not None


def test_p99_is_judged_only_from_a_thousand_samples_in_each_trial(summary):
    assert "response_p99_us" not in {f["metric"] for f in summary["findings"]}


def test_an_operation_without_statements_has_evidence_findings_without_values(summary):
    found = finding(summary, "presence_lookup", "spec", "blocks_per_call")
    assert found["ratio"] is None
    assert found["candidate_value"] is None
    assert found["verdict"] == "unresolved"


def test_operations_that_write_nothing_are_equal_in_wal(summary):
    assert finding(summary, "newest_page", "spec", "wal_bytes_per_call")["verdict"] == "equivalent"


def test_candidates_pair_against_the_mean_log_of_both_baseline_lanes():
    made = trials()
    found = finding(summarise(manifest(), made), "newest_page", "spec")

    def p50(lane, number):
        (one,) = [t for t in made if (t["lane"], t["round"], t["scenario"]) == (lane, number, "day")]
        return decode(one["operations"]["newest_page"]["response"]).quantile(0.5)

    logs = [
        math.log(p50("spec", n)) - (math.log(p50("baseline", n)) + math.log(p50("baseline:again", n))) / 2
        for n in range(1, 7)
    ]
    assert found["ratio"] == pytest.approx(math.exp(sum(logs) / 6))


def test_the_noise_floor_is_the_again_lanes_and_the_again_lane_is_judged_without(summary):
    again = finding(summary, "send", "baseline:again")
    floor = max(abs(math.log(again["ratio_low"])), abs(math.log(again["ratio_high"])))
    assert again["noise_floor"] == 0.0
    assert finding(summary, "send", "lean")["noise_floor"] == pytest.approx(floor)


def test_holm_covers_the_primary_findings_of_candidates_together(summary):
    family = [f for f in summary["findings"] if f["primary"] and f["p_adjusted"] and f["candidate"] in CANDIDATES]
    smallest = min(f["p_value"] for f in family)
    assert min(f["p_adjusted"] for f in family) == pytest.approx(smallest * len(family))


def test_a_void_trial_is_listed_and_its_round_is_dropped():
    made = trials()
    at = next(n for n, t in enumerate(made) if t["lane"] == "spec")
    made[at] = made[at] | {"void": "send lag p99 250 ms"}
    found = summarise(manifest(), made)
    assert [v["reason"] for v in found["voided"]] == ["send lag p99 250 ms"]
    assert finding(found, "send", "spec")["rounds"] == 5
    assert finding(found, "send", "lean")["rounds"] == 6


def test_a_run_cut_short_still_has_a_finding_for_each_operation_and_lane():
    found = summarise(manifest(), [trial("baseline")])
    assert finding(found, "send", "spec")["verdict"] == "unresolved"
    assert finding(found, "send", "spec")["ratio"] is None


def with_images(image_bytes):
    made = trials()
    for one in made:
        one["evidence"]["wal_image_bytes"] = image_bytes
        send = one["evidence"]["statements"]["send/main"]
        if one["lane"] == "spec":
            send["wal_images"] = 50
            send["wal_bytes"] += 50 * 7000
    return finding(summarise(manifest(), made), "send", "spec", "wal_bytes_per_call")


def test_full_page_images_are_taken_out_of_wal():
    assert with_images(50 * 7000)["ratio"] == pytest.approx(1.0)


def test_wal_with_images_of_unknown_size_is_missing_not_guessed():
    found = with_images(None)
    assert found["candidate_value"] is None
    assert found["verdict"] == "unresolved"


def test_deliveries_of_scenarios_that_are_not_compared_are_reported(summary):
    (delivered,) = summary["deliveries"]
    assert (delivered["expected"], delivered["received"], delivered["lost"]) == (1200, 1200, 0)
    assert 2500 < delivered["p50_us"] < 3500


def test_a_hypothesis_is_answered_by_the_verdicts_it_concerns():
    claim = {"id": "h1", "claim": "c", "source": "s", "operation": "older_page", "metric": "response_p50"}
    better, worse = claim | {"candidate": "spec"}, claim | {"id": "h2", "candidate": "no_page_index"}
    found = summarise(manifest(hypotheses=[better, worse]), trials())
    assert [h["answer"] for h in found["hypotheses"]] == ["supported", "refuted"]


def test_verdict_lines_name_operation_candidate_interval_and_verdict(summary):
    lines = verdict_lines(summary)
    assert any("older_page" in line and "no_page_index" in line and "worse" in line for line in lines)
    assert any(line.startswith("A/A, baseline against itself") for line in lines)
    assert lines[-1] == "0 of 31 trials void"


def test_verdict_lines_call_a_guarantee_different_only_where_it_is_not_the_baselines(summary):
    alike = {lane: told | {"known_gaps": ["unique_pair"]} for lane, told in summary["variants"].items()}
    assert "[different guarantee]" not in str(verdict_lines(summary | {"variants": alike}))
    stricter = alike | {"baseline": alike["baseline"] | {"known_gaps": []}}
    assert "[different guarantee]" in str(verdict_lines(summary | {"variants": stricter}))


def test_a_decoded_histogram_gives_the_percentiles_of_what_was_recorded():
    values = list(range(1, 100_001))
    found = decode(histogram_of(values))
    assert found.total == 100_000
    for share in (0.5, 0.9, 0.99, 0.999):
        assert found.quantile(share) == pytest.approx(share * 100_000, rel=0.001)


def test_merging_histograms_counts_every_value():
    merged = merge([decode(histogram_of([1, 5, 5])), decode(histogram_of([5, 90_000]))])
    assert merged.total == 5
    assert dict(zip(merged.edges.tolist(), merged.counts.tolist(), strict=True))[5] == 3


def histogram_of(values):
    return histogram(np.array(values))


def test_a_torn_last_line_is_left_out_and_cut_before_the_next_trial(tmp_path):
    write_run(tmp_path / "run")
    folder = RunFolder.open(tmp_path / "run")
    whole = len(folder.read_trials())
    with folder.trials_path.open("ab") as file:
        file.write(b'{"trial":"torn')
    assert len(folder.read_trials()) == whole
    folder.append_trial({"trial": "next"})
    assert [t["trial"] for t in folder.read_trials()][-2:] == ["fanout", "next"]


def test_a_disqualified_lane_is_not_judged_and_the_summary_says_why():
    why = "spec answers otherwise than baseline: older_pages"
    record = manifest() | {"answers": {"hashes": {}, "disqualified": {"spec": why}}}
    summary = summarise(record, trials())
    findings = [f for f in summary["findings"] if f["candidate"] == "spec"]
    assert findings
    assert {(f["verdict"], f["why"], f["disqualified"], f["p_adjusted"]) for f in findings} == {
        ("unresolved", why, True, None)
    }
    assert summary["answers"]["disqualified"] == {"spec": why}
    lines = verdict_lines(summary)
    assert f"disqualified, and not judged: {why}" in lines
    assert not any(" spec " in line and "×" in line for line in lines)


def test_a_lane_that_has_had_no_turn_is_not_measured_yet():
    made = [one for one in trials() if one["lane"] not in ("spec", "baseline:again")]
    found = finding(summarise(manifest(), made), "send", "spec")
    assert (found["verdict"], found["why"]) == ("unresolved", "not measured yet in baseline:again and spec")


def test_wal_of_which_images_leave_nothing_has_no_ratio_and_the_finding_says_why():
    made = trials()
    one = next(trial for trial in made if trial["lane"] == "spec" and trial["round"] == 2)
    one["evidence"]["statements"]["send/main"]["wal_images"] = 100
    one["evidence"]["wal_image_bytes"] = 100 * 8192
    found = finding(summarise(manifest(), made), "send", "spec", "wal_bytes_per_call")
    assert found["ratio"] is None
    assert found["why"].startswith("in some round nothing is left of one side's WAL once its full-page images are")


def test_a_lane_whose_trials_are_all_void_is_named_in_its_findings_and_in_the_last_line():
    made = [
        t | {"void": f"only {30 + t['round']}.5% of the tasks that were due were started"}
        if t["lane"] == "no_page_index"
        else t
        for t in trials()
    ]
    checkpoint = "1 checkpoint(s) fell into the window"
    first = next(t for t in made if t["lane"] == "baseline")
    first["void"] = checkpoint
    summary = summarise(manifest(), made)
    (spec,) = [line for line in verdict_lines(summary) if line.startswith("block_add") and " spec " in line]
    assert spec.endswith("; 5 of 6 rounds count)")
    assert finding(summary, "older_page", "no_page_index")["why"] == "no valid trial of no_page_index"
    rounds = sum(t["lane"] == "no_page_index" for t in made)
    reasons = f"only 31.5–{30 + rounds}.5% of the tasks that were due were started"
    assert verdict_lines(summary)[-1] == (
        f"{rounds + 1} of {len(made)} trials void: no_page_index {rounds}×: {reasons}; baseline 1×: {checkpoint}"
    )


def test_a_scenario_that_ran_for_its_numbers_has_them_in_summary_and_lines():
    alone = manifest()
    alone["experiment"] = alone["experiment"] | {"candidates": [], "scenarios": [{**SCENARIO, "compare": False}]}
    alone["lanes"] = ["baseline"]
    (made,) = [t for t in trials() if (t["lane"], t["round"], t["scenario"]) == ("baseline", 1, "day")]
    summary = summarise(alone, [made])
    assert summary["findings"] == []
    (row,) = [row for row in summary["measured"] if row["operation"] == "newest_page"]
    assert row["samples"] == made["operations"]["newest_page"]["count"]
    assert row["response_p50_us"] == decode(made["operations"]["newest_page"]["response"]).quantile(0.5)
    assert row["blocks_per_call"] == pytest.approx(OPERATIONS["newest_page"][2], rel=0.01)
    assert {"newest_page", "send"} <= {row["operation"] for row in summary["latencies"]}
    (line,) = [line for line in verdict_lines(summary) if line.startswith("newest_page")]
    assert f"{row['samples']:,} calls; p50 " in line
    assert "blocks" in line
    lookup = next(line for line in verdict_lines(summary) if line.startswith("presence_lookup"))
    assert "blocks" not in lookup


def test_a_run_without_trials_has_no_line_of_void_ones(summary):
    nothing = {key: [] for key in ("findings", "deliveries", "trials", "voided", "measured")}
    assert verdict_lines(summary | nothing) == []


def test_a_lines_capacity_is_what_held_or_where_the_search_stopped(summary):
    curve = {"scenario": "day", "target": "direct", "lane": "spec", "p99_bound_us": 50_000.0}
    ends = [(655.0, 714.0), (5120.0, None), (None, 9.4)]
    curves = [curve | {"capacity_per_s": held, "too_much_per_s": broke} for held, broke in ends]
    found = [line for line in verdict_lines(summary | {"capacity": curves}) if line.startswith("capacity of spec, day")]
    assert [line.partition(": ")[2] for line in found] == [
        "655 tasks/s with p99 under 50 ms",
        "at least 5,120 tasks/s with p99 under 50 ms",
        "none down to 9.4 tasks/s with p99 under 50 ms",
    ]
