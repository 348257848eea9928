"""Differences over whole latency distributions, and interactions of two changes."""

import numpy as np
import pytest

from harness.statistics.interactions import interactions, squares
from harness.statistics.quantile_differences import quantile_differences
from tests.unit.synthetic_run import histogram

DAY = {"name": "day", "target": "direct"}
ROUNDS = range(1, 7)


def trial(lane, number, values, **changes):
    recorded = {"count": len(values), "response": histogram(values), "service": histogram(values)}
    return {
        "scenario": "day",
        "target": "direct",
        "lane": lane,
        "round": number,
        "void": None,
        "operations": {"send": recorded, "task:chat": recorded},
    } | changes


def run(shape, lanes, count=1200):
    """`shape(lane)` changes the values that all lanes of a round share."""
    rng = np.random.default_rng(7)
    rounds = [rng.lognormal(np.log(10_000), 0.4, count) * rng.uniform(0.9, 1.1) for _ in ROUNDS]
    return [
        trial(lane, number, shape(lane, values) * rng.uniform(0.999, 1.001))
        for number, values in zip(ROUNDS, rounds, strict=True)
        for lane in lanes
    ]


def slow_tail(lane, values):
    return np.where(values > np.quantile(values, 0.9), values * 1.5, values) if lane == "spec" else values


LANES = ["baseline", "baseline:again", "spec"]


def rows(made, candidate="spec"):
    return {
        row["quantile"]: row
        for row in quantile_differences(DAY, "baseline", LANES, made)
        if row["candidate"] == candidate
    }


def test_a_slower_tail_shows_at_its_quantiles_and_nowhere_else():
    found = rows(run(slow_tail, LANES))
    assert found[0.5]["ratio_low"] < 1 < found[0.5]["ratio_high"] or found[0.5]["ratio"] == pytest.approx(1, abs=2e-3)
    assert found[0.99]["ratio"] == pytest.approx(1.5, rel=0.01)
    assert found[0.99]["difference_low_us"] > 0
    assert found[0.99]["difference_us"] == pytest.approx(found[0.99]["candidate_us"] / 3, rel=0.1)


def test_only_quantiles_that_every_trial_carries_are_shown_and_ten_times_that_is_judged():
    assert 0.999 in rows(run(slow_tail, LANES))
    made = run(slow_tail, LANES, count=500)
    found = rows(made)
    assert 0.99 in found
    assert 0.999 not in found
    assert [found[q]["judged"] for q in (0.05, 0.5, 0.95, 0.99)] == [True, True, True, False]
    made[-1] = trial("spec", 6, [10_000] * 50)
    assert 0.99 not in rows(made)


def test_the_again_lane_is_compared_too_and_tasks_are_not():
    made = run(slow_tail, LANES)
    assert rows(made, "baseline:again")[0.99]["ratio"] == pytest.approx(1, abs=5e-3)
    assert {row["operation"] for row in quantile_differences(DAY, "baseline", LANES, made)} == {"send"}


def test_void_trials_leave_their_round_out_and_one_round_shows_nothing():
    made = run(slow_tail, LANES)
    made[2] |= {"void": "a reason"}
    assert rows(made)[0.5]["rounds"] == 5
    assert rows(made[3:6]) == {}


def test_two_by_twos_are_found_by_the_parts_of_names():
    assert list(squares("baseline", ["baseline", "a", "b", "a+b", "c"])) == [("a", "b", "a+b")]
    assert list(squares("p", ["p", "p:again", "p+a", "p+b", "p+a+b"])) == [("p+a", "p+b", "p+a+b")]
    assert list(squares("p", ["p", "p+a", "p+b"])) == []
    assert list(squares("p", ["p", "q+a", "q+b", "q+a+b"])) == []


def factors(both):
    cost = {"baseline": 1.0, "a": 0.8, "b": 0.7, "a+b": both}
    made = run(lambda lane, values: values * cost[lane], list(cost), count=60)
    found = interactions([DAY], "baseline", list(cost), made, minimum_effect=0.05)
    return next(row for row in found if row["metric"] == "response_p50_us")


def test_changes_that_multiply_are_independent():
    found = factors(0.56)
    assert found["ratio"] == pytest.approx(1, abs=5e-3)
    assert found["answer"] == "independent"
    assert (found["first"], found["second"], found["both"], found["rounds"]) == ("a", "b", "a+b", 6)


@pytest.mark.parametrize(("both", "answer"), [(0.4, "reinforcing"), (0.7, "interfering")])
def test_changes_that_do_more_or_less_together_are_said_to(both, answer):
    found = factors(both)
    assert found["ratio"] == pytest.approx(both / 0.56, rel=5e-3)
    assert found["ratio_low"] < both / 0.56 < found["ratio_high"]
    assert found["answer"] == answer
