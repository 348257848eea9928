"""The order of lanes in rounds."""

from collections import Counter
from itertools import pairwise

import pytest

from harness.experiment import KnownNames
from harness.experiment_file import experiment_from
from harness.rounds import lane_order, lanes_of, takes_part


def test_lanes_are_the_baseline_the_baseline_again_and_each_candidate():
    assert lanes_of("baseline", ["spec", "lean"]) == ["baseline", "baseline:again", "spec", "lean"]


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6, 7])
@pytest.mark.parametrize("rounds", [1, 2, 5, 6, 13])
def test_every_round_holds_every_lane_once(count, rounds):
    lanes = [f"lane{n}" for n in range(count)]
    order = lane_order(lanes, rounds, seed=3)
    assert len(order) == rounds
    assert all(sorted(row) == lanes for row in order)


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_over_an_even_number_of_rounds_each_lane_has_the_same_mean_position(count):
    lanes = [f"lane{n}" for n in range(count)]
    order = lane_order(lanes, 6, seed=8)
    sums = {lane: sum(row.index(lane) for row in order) for lane in lanes}
    assert set(sums.values()) == {6 * (count - 1) // 2}


@pytest.mark.parametrize(("count", "rounds"), [(4, 4), (6, 6), (5, 10), (3, 6)])
def test_a_full_square_puts_each_lane_in_each_position_and_behind_each_other_lane_equally_often(count, rounds):
    order = lane_order([f"lane{n}" for n in range(count)], rounds, seed=5)
    positions = Counter((lane, place) for row in order for place, lane in enumerate(row))
    followers = Counter(pair for row in order for pair in pairwise(row))
    assert set(positions.values()) == {rounds // count}
    assert len(positions) == count * count
    assert set(followers.values()) == {rounds // count}
    assert len(followers) == count * (count - 1)


def test_the_order_follows_the_seed():
    lanes = ["a", "b", "c", "d", "e"]
    assert lane_order(lanes, 6, seed=1) == lane_order(lanes, 6, seed=1)
    assert len({str(lane_order(lanes, 6, seed=s)) for s in range(8)}) > 4


def test_lanes_of_one_name_are_refused():
    with pytest.raises(ValueError, match="differ"):
        lane_order(["a", "a"], 2, seed=1)


def test_a_scenario_that_compares_some_candidates_keeps_the_baseline_twice_and_the_order():
    row = ["c", "base:again", "a", "base", "b"]
    assert takes_part(row, "base", ["a", "c"]) == ["c", "base:again", "a", "base"]
    assert takes_part(row, "base", []) == row


def test_only_what_is_compared_needs_the_baseline_twice():
    known = KnownNames(variants=["spec", "lean"], scenarios=["day"], datasets=["tiny"])
    table = {"name": "one", "dataset": "tiny", "baseline": "spec", "candidates": ["lean"]}
    compared = {**table, "scenarios": [{"name": "day", "rate": 400}]}
    assert experiment_from(compared, "one.toml", known).measured_lanes == ["spec", "spec:again", "lean"]
    counted = {**table, "scenarios": [{"name": "day", "rate": 400, "compare": False}]}
    assert experiment_from(counted, "one.toml", known).measured_lanes == ["spec", "lean"]
