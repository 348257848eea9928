"""Order, drift, outliers and disturbances of rounds, and what is said of them."""

import numpy as np
import pytest

from harness.judging.cautions import warnings_of
from harness.judging.round_values import RoundTable, deviations
from harness.judging.summary import summarise
from harness.rounds import lane_order
from harness.statistics.balance import balance_of
from harness.statistics.drift import serial_correlation_of, trend_of
from harness.statistics.estimate import paired_ratio
from reports.sections.differences import build as differences_section
from reports.sections.rounds import build as rounds_section
from reports.stored_run import StoredRun
from tests.unit.synthetic_run import manifest, trials


def order(lanes, rounds):
    return lane_order([f"lane{n}" for n in range(lanes)], rounds, seed=4)


@pytest.mark.parametrize(
    ("lanes", "rounds", "design"),
    [
        (2, 4, "ABBA"),
        (4, 8, "Williams square"),
        (5, 10, "Williams square"),
        (4, 6, "randomised Latin rows in mirrored pairs"),
    ],
)
def test_an_order_is_named_by_what_it_balances(lanes, rounds, design):
    assert balance_of(order(lanes, rounds)).design == design


def test_a_balanced_order_has_no_gaps_and_an_odd_last_round_is_said_to_leave_drift():
    whole, odd = balance_of(order(4, 4)), balance_of(order(4, 5))
    assert (whole.mean_position_gap, whole.position_gap, whole.follower_gap) == (0, 0, 0)
    assert "equally often" in whole.statement
    assert odd.mean_position_gap == pytest.approx(3 / 5)
    assert "does not cancel" in odd.statement


def test_a_round_that_was_cut_short_does_not_count_for_balance():
    rows = order(3, 6)
    assert balance_of([*rows, rows[0][:2]]) == balance_of(rows)
    assert balance_of([]) is None
    assert balance_of([["a"]]) is None


def test_a_steady_rise_is_found_with_its_size_and_noise_is_not():
    rise = trend_of(0.02 * np.arange(8) + np.array([0, 1, -1, 0, 1, 0, -1, 0]) / 1000)
    assert rise.slope_per_round == pytest.approx(0.02, rel=0.1)
    assert rise.p_value < 0.01
    assert trend_of([0.1, -0.2, 0.15, -0.1, 0.0, 0.12]).p_value > 0.2


def test_under_five_rounds_or_without_spread_nothing_is_said_of_trends():
    assert trend_of([1.0, 2.0, 3.0, 4.0]) is None
    assert trend_of([0.5] * 6).p_value == 1.0
    assert serial_correlation_of(np.array([0.1, 0.2, 0.3, 0.4])) is None
    assert serial_correlation_of(np.full(8, 0.5)) is None


def test_neighbours_that_resemble_each_other_are_found_and_alternating_ones_are_no_positive_correlation():
    alike = np.repeat([0.1, -0.1, 0.1, -0.1], 5)
    assert serial_correlation_of(alike).lag1 > 0.5
    assert serial_correlation_of(alike).p_value < 0.01
    assert serial_correlation_of(np.tile([0.1, -0.1], 10)).p_value > 0.9


def table(operation="send", *, scale=None, rounds=8, seed=0):
    rng = np.random.default_rng(seed)
    cells = np.exp(rng.normal(np.log(1000), 0.02, (4, rounds)) + rng.normal(0, 0.1, rounds))
    for (lane, number), factor in (scale or {}).items():
        cells[lane, number] *= factor
    return RoundTable(
        scenario="day",
        target="direct",
        operation=operation,
        metric="response_p50_us",
        rounds=tuple(range(1, rounds + 1)),
        lanes={f"lane{n}": list(row) for n, row in enumerate(cells)},
    )


def warned(kind, **changes):
    known = {"trials": [], "tables": [], "drift": [], "findings": [], "balance": None, "cores": 2} | changes
    return [warning for warning in warnings_of(**known) if warning["kind"] == kind]


def test_a_value_far_from_its_lane_and_round_is_an_outlier_with_its_ratio():
    (far,) = [one for one in deviations(table(scale={(2, 3): 1.6})) if one.lane and abs(one.z) > 10]
    assert (far.lane, far.round) == ("lane2", 4)
    assert far.ratio == pytest.approx(1.6, rel=0.1)
    (warning,) = warned("outlier", tables=[table(scale={(2, 3): 1.6})])
    assert warning["text"].startswith("round 4, lane2: send response_p50_us ×1.")


def test_a_drift_that_all_lanes_share_is_no_outlier_and_undisturbed_rounds_have_no_warning():
    undisturbed = [warned("outlier", tables=[table(seed=seed)]) for seed in range(40)]
    assert sum(map(bool, undisturbed)) <= 1


def test_a_trial_that_is_a_little_slow_in_every_operation_is_one_warning():
    tables = [table(name, scale={(1, 5): 1.15}, seed=n) for n, name in enumerate(("send", "page", "list", "read"))]
    (warning,) = warned("outlier", tables=tables)
    assert (warning["lane"], warning["round"]) == ("lane1", 6)
    assert "and 1 more" in warning["text"]


def test_tables_with_missing_values_or_too_few_rounds_have_no_deviations():
    assert deviations(table(rounds=3)) == []
    holed = table()
    holed.lanes["lane0"][2] = None
    assert deviations(holed) == []


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("autovacuum", {"evidence": {"autovacuums": 2}}),
        ("checkpoint", {"evidence": {"checkpoints": 1}}),
        ("steal", {"machine": {"steal_share": 0.05, "load_average": 1.0}}),
        ("load", {"machine": {"steal_share": 0.0, "load_average": 7.0}}),
    ],
)
def test_what_disturbed_a_trial_is_said_with_its_round_and_lane_unless_the_trial_is_void(kind, changes):
    one = {"trial": "r1p2", "round": 1, "lane": "spec", "scenario": "day", "void": None} | changes
    (warning,) = warned(kind, trials=[one])
    assert "round 1, spec" in warning["text"]
    assert warned(kind, trials=[one | {"void": "a reason"}]) == []


def test_tests_that_disagree_are_flagged_only_where_the_flips_have_a_say():
    skewed = paired_ratio([1.001, 1.001, 1.001, 1.002, 1.001, 1.5], [1.0] * 6)
    assert skewed.sign_flip_p < 0.05
    assert skewed.p_value > 0.1
    assert skewed.tests_disagree is True
    assert paired_ratio([1.1, 1.2, 1.15, 1.12, 1.18, 1.16], [1.0] * 6).tests_disagree is False
    assert paired_ratio([1.1, 1.2, 1.15], [1.0] * 3).tests_disagree is None


def test_a_run_whose_candidate_slows_round_by_round_is_warned_of():
    made = trials()
    for one in made:
        if one["lane"] == "lean" and one["evidence"]:
            for statement in one["evidence"]["statements"].values():
                statement["blocks_hit"] = round(statement["blocks_hit"] * 1.1 ** one["round"])
    found = summarise(manifest(primary=["blocks_per_call"]), made)
    drifting = [warning for warning in found["warnings"] if warning["kind"] == "drift"]
    assert not [row for row in found["drift"] if row["candidate"] == "spec" and row["trend_p"] < 0.05]
    assert {warning["lane"] for warning in drifting} <= {"lean"}
    rows = [row for row in found["drift"] if row["candidate"] == "lean" and row["operation"] == "send"]
    assert rows[0]["slope_per_round"] == pytest.approx(0.1, abs=0.01)


def test_the_summary_has_every_lanes_values_by_round():
    found = summarise(manifest(), trials())
    (one,) = [row for row in found["round_values"] if row["operation"] == "newest_page"]
    assert one["rounds"] == [1, 2, 3, 4, 5, 6]
    assert len(one["lanes"]["spec"]) == 6
    assert found["order"]["design"] == "randomised Latin rows in mirrored pairs"


def test_the_page_shows_each_operation_by_round_and_lists_what_stood_out():
    made = trials()
    at = next(n for n, one in enumerate(made) if one["lane"] == "lean" and one["round"] == 3)
    made[at]["evidence"]["autovacuums"] = 1
    description = manifest()
    section = rounds_section(StoredRun(manifest=description, summary=summarise(description, made), trials=made))
    assert section.body.count("<svg class=") >= 8
    assert "round 3, lean: 1 autovacuum(s) in the window" in section.body
    assert "randomised Latin rows in mirrored pairs" in section.body
    assert "Sequential run" not in section.body


def test_the_page_of_a_sequential_run_says_which_level_its_intervals_have():
    description = manifest(max_rounds=24)
    made = trials()
    section = rounds_section(StoredRun(manifest=description, summary=summarise(description, made), trials=made))
    assert "98.75 %" in section.body


def test_differences_by_quantile_are_drawn_for_each_operation_with_their_numbers():
    description, made = manifest(), trials()
    section = differences_section(StoredRun(manifest=description, summary=summarise(description, made), trials=made))
    assert section.body.count('class="picture"') == 9
    assert "p99 (shown, not judged)" in section.body
