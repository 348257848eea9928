"""Looks of sequential runs, and when they end."""

import pytest

from harness.errors import ExperimentError
from harness.experiment import KnownNames, sequential
from harness.experiment_file import experiment_from
from harness.judging.summary import summarise
from harness.statistics.sequential import is_decided, level_at, looks, progress_of
from reports.page import page_of
from reports.stored_run import StoredRun
from tests.unit.synthetic_run import manifest, trials

FLAGS = {"until_resolved": True, "max_rounds": 24, "is_resumed": False}


def finding(verdict="unresolved", **changes):
    found = {"primary": True, "candidate": "spec", "p_adjusted": 0.2, "verdict": verdict}
    return found | changes


@pytest.mark.parametrize(("first", "most"), [(6, 24), (6, 12), (4, 20), (5, 7), (2, 100), (6, 9)])
def test_the_looks_share_five_percent_and_end_at_the_most_rounds(first, most):
    planned = looks(first, most)
    assert sum(look.alpha for look in planned) == pytest.approx(0.05)
    assert all(look.alpha > 0 for look in planned)
    assert (planned[0].rounds, planned[-1].rounds) == (first, most)
    assert 2 <= len(planned) <= 4


def test_looks_between_the_first_and_the_last_are_even_steps_so_that_mirrored_rounds_stay_together():
    assert [look.rounds for look in looks(6, 24)] == [6, 12, 18, 24]
    assert [look.rounds for look in looks(4, 15)] == [4, 8, 12, 15]


def test_a_fixed_run_has_one_look_that_spends_everything():
    assert [(look.rounds, look.alpha) for look in looks(6, None)] == [(6, 0.05)]


def test_rounds_between_two_looks_are_judged_at_the_next_ones_level():
    planned = looks(6, 24)
    assert level_at(planned, 3) == planned[0].alpha
    assert level_at(planned, 7) == planned[1].alpha
    assert level_at(planned, 24) == planned[-1].alpha


def test_a_run_goes_on_while_a_primary_finding_of_a_candidate_is_unresolved():
    assert not is_decided([finding(), finding("better")])
    assert is_decided([finding("worse"), finding("equivalent")])


@pytest.mark.parametrize("changes", [{"primary": False}, {"candidate": "baseline:again"}, {"p_adjusted": None}])
def test_what_is_not_asked_or_cannot_be_judged_keeps_no_run_going(changes):
    assert is_decided([finding(**changes)])


def test_a_sequential_run_says_why_it_ended():
    planned = looks(6, 24)
    assert progress_of(looks(6, None), 6, []) is None
    assert progress_of(planned, 12, [finding("worse")])["ended"] == "every primary finding is resolved"
    assert progress_of(planned, 24, [finding()])["ended"] == "the most rounds were run"
    assert "not at its end" in progress_of(planned, 12, [finding()])["ended"]


def test_the_summary_of_a_sequential_run_has_wider_intervals_and_a_stricter_level():
    fixed = summarise(manifest(), trials())
    going_on = summarise(manifest(max_rounds=24), trials())
    assert going_on["sequential"]["alpha"] == pytest.approx(0.0125)
    pairs = [
        (a, b) for a, b in zip(fixed["findings"], going_on["findings"], strict=True) if a["ratio"] and a["p_value"]
    ]
    assert all(b["alpha"] == pytest.approx(0.0125) for _, b in pairs)
    assert all(b["ratio_high"] >= a["ratio_high"] for a, b in pairs)
    # the noise floor stays that of the 95 % interval
    assert all(b["noise_floor"] == pytest.approx(a["noise_floor"]) for a, b in pairs if a["noise_floor"])


def plan(**changes):
    table = {"name": "x", "dataset": "tiny", "candidates": [], "scenarios": [{"name": "day", "rate": 1.0}]} | changes
    return experiment_from(table, "x.toml", KnownNames(variants=["baseline"], scenarios=["day"], datasets=["tiny"]))


def test_flags_name_the_most_rounds_and_default_to_four_times_the_rounds():
    assert sequential(plan(), **FLAGS).max_rounds == 24
    assert sequential(plan(rounds=4), **FLAGS | {"max_rounds": None}).max_rounds == 16
    assert sequential(plan(), until_resolved=False, max_rounds=None, is_resumed=True).max_rounds is None


@pytest.mark.parametrize("changes", [{"until_resolved": False}, {"max_rounds": 6}, {"is_resumed": True}])
def test_a_rule_named_too_late_or_without_room_is_refused(changes):
    with pytest.raises(ExperimentError):
        sequential(plan(), **FLAGS | changes)


def test_a_file_may_name_the_most_rounds_but_not_fewer_than_its_rounds():
    assert plan(max_rounds=12).max_rounds == 12
    with pytest.raises(ExperimentError, match="max_rounds"):
        plan(max_rounds=5)


def test_the_page_of_a_sequential_run_tells_the_rounds_really_run_and_the_intervals_real_level():
    described = manifest(max_rounds=24)
    page = page_of(StoredRun(manifest=described, summary=summarise(described, trials()), trials=trials()))
    assert "<dt>rounds</dt><dd>6 × 5 lanes, at most 24</dd>" in page
    assert "98.75 % interval" in page
    assert "95 % interval" not in page
