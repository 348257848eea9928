"""The search for a rate that holds, and what its points say."""

import pytest

from harness.capacity.curve import curves_of, knee_of, weakest_of
from harness.capacity.finding import at_share, judged
from harness.capacity.search import CLOSE, MOST_TRIALS, Capacity, run
from harness.errors import ExperimentError
from harness.experiment import ScenarioLoad
from harness.table import TableReader
from tests.unit.synthetic_run import histogram


@pytest.mark.parametrize("true_capacity", [7.3, 90.0, 100.0, 1_234.0, 9_000.0])
def test_the_search_ends_close_below_a_capacity_that_is_there(true_capacity):
    tried = []

    def holds(rate):
        tried.append(rate)
        return rate <= true_capacity

    found = run(100.0, holds, most_trials=20)
    assert found.rate_per_s <= true_capacity < found.too_much_per_s
    assert found.too_much_per_s / found.rate_per_s <= CLOSE
    assert len(tried) == len(set(tried))


def test_a_capacity_beyond_the_last_trial_is_at_least_what_held():
    found = run(1.0, lambda _: True)
    assert found == Capacity(rate_per_s=2.0 ** (MOST_TRIALS - 1), too_much_per_s=None)
    assert not found.is_bounded


def test_where_nothing_holds_there_is_no_capacity():
    tried = []
    found = run(320.0, lambda rate: bool(tried.append(rate)))
    assert found.rate_per_s is None
    assert min(tried) == found.too_much_per_s == 10.0


def point(lane, rate, p99_us, *, holds=True, again=1):
    return {
        "scenario": "day",
        "target": "direct",
        "lane": lane,
        "rate_per_s": rate,
        "p99_bound_us": 50_000.0,
        "p50_us": 900.0,
        "p99_us": p99_us,
        "holds": holds,
        "why": None if holds else "p99 is over the bound",
        "try": again,
    }


def test_the_knee_is_where_throughput_over_latency_is_greatest():
    points = [point("spec", rate, p99) for rate, p99 in ((100, 5_000), (200, 6_000), (400, 9_000), (800, 60_000))]
    assert knee_of(points) == 400
    assert knee_of([*points, point("spec", 90_000, 60_000, holds=False)]) == 400
    assert knee_of(points[:2]) is None


def test_a_rate_holds_when_one_of_its_tries_does_and_the_weaker_lane_sets_the_share():
    points = [
        point("spec", 400.0, 20_000.0),
        point("spec", 800.0, 90_000.0, holds=False),
        point("lean", 100.0, 90_000.0, holds=False),
        point("lean", 100.0, 30_000.0, again=2),
        point("lean", 200.0, 70_000.0, holds=False),
        point("lean", 200.0, 80_000.0, holds=False, again=2),
    ]
    spec, lean = curves_of(points, ["spec", "lean"])
    assert (spec["capacity_per_s"], spec["too_much_per_s"]) == (400.0, 800.0)
    assert (lean["capacity_per_s"], lean["too_much_per_s"]) == (100.0, 200.0)
    assert [p["p99_us"] for p in lean["points"]] == [30_000.0, 70_000.0]
    assert weakest_of([spec, lean], "day", "direct") == 100.0


def test_a_rate_that_is_a_share_becomes_that_share_of_the_capacity():
    given, shared = ScenarioLoad(name="unread", rate_per_s=30.0), ScenarioLoad(name="day", rate_share=0.7)
    assert [load.rate_per_s for load in at_share([given, shared], {("day", "direct"): 120.0})] == [30.0, 84.0]


@pytest.mark.parametrize("text", ["0%", "101%", "fast", "70"])
def test_a_rate_in_words_is_a_share_or_refused(text):
    assert TableReader({"rate": "70%"}, "here").optional_number_or_share("rate") == (None, 0.7)
    with pytest.raises(ExperimentError, match="70%"):
        TableReader({"rate": text}, "here").optional_number_or_share("rate")


def test_a_trial_holds_in_time_and_says_why_it_does_not():
    quick = {"operations": {"task:page": {"response": histogram([900] * 200)}}, "void": None}
    assert judged(quick, 50_000.0)["holds"]
    assert judged(quick, 500.0)["why"] == "p99 of 0.9 ms is over 0.5 ms"
    assert judged(quick | {"void": "saturated"}, 50_000.0)["why"] == "saturated"
    assert judged({"operations": {}, "void": None}, 50_000.0)["why"] == "no task was recorded"
