"""Promises of intervals, verdicts and sequential runs, kept on simulated rounds whose truth is known."""

import re
from pathlib import Path

import pytest

from harness.statistics.calibration import DEFAULT_EFFECT, MINIMUM_EFFECT, family_error, page, t_alone, tally
from harness.statistics.estimate import ALPHA
from harness.statistics.sequential import Look, looks
from harness.statistics.simulated_rounds import World

ROOT = Path(__file__).resolve().parents[2]
RUNS = 800


def judged(rounds, *, minimum_effect=MINIMUM_EFFECT, most=None, **world):
    return tally(World(**world), looks(rounds, most), runs=RUNS, seed=5, minimum_effect=minimum_effect)


@pytest.mark.parametrize("shape", ["normal", "skewed"])
@pytest.mark.parametrize("rounds", [4, 6, 8, 12, 20])
def test_intervals_hold_the_truth_in_93_of_100_runs_and_nothing_is_called_different_in_more_than_five(shape, rounds):
    found = judged(rounds, effect=0.0, shape=shape)
    assert found.coverage >= 0.93
    assert found.called <= 0.05


@pytest.mark.parametrize("effect", [0.02, 0.05, 0.2])
def test_intervals_hold_a_true_effect_and_its_direction_is_never_mistaken(effect):
    found = judged(6, effect=effect, shape="skewed")
    assert found.coverage >= 0.93
    assert found.better <= 0.01


def test_power_grows_with_rounds_and_twenty_percent_is_found_in_six():
    assert judged(6, effect=0.2).worse > 0.97
    powers = [judged(rounds, effect=0.05).worse for rounds in (4, 8, 20)]
    assert powers == sorted(powers)
    assert powers[-1] > 0.9


def test_little_noise_shows_equivalence_and_a_change_beyond_the_minimum_effect_is_never_called_equivalent():
    assert judged(6, effect=0.0, noise=0.01, minimum_effect=DEFAULT_EFFECT).equivalent > 0.95
    assert judged(6, effect=0.08, noise=0.01, minimum_effect=DEFAULT_EFFECT).equivalent <= 0.05


@pytest.mark.parametrize("shape", ["normal", "skewed"])
def test_a_run_that_goes_on_until_resolved_keeps_its_error_rate_and_coverage(shape):
    found = judged(6, most=24, effect=0.0, shape=shape)
    assert found.called <= 0.05
    assert found.coverage >= 0.93
    assert t_alone(World(effect=0.0, shape=shape), looks(6, 24), runs=RUNS, seed=5) <= 0.05


def test_looking_at_five_percent_each_time_would_not_keep_it():
    naive = [Look(rounds=rounds, alpha=ALPHA) for rounds in (6, 12, 18, 24)]
    assert t_alone(World(effect=0.0), naive, runs=RUNS, seed=5) > 0.08


def test_a_run_that_goes_on_ends_early_where_the_effect_is_large_and_late_where_it_is_small():
    assert judged(6, most=24, effect=0.2).rounds < 9
    assert judged(6, most=24, effect=0.02).rounds > 15


def test_holm_keeps_the_chance_of_any_error_where_many_comparisons_raise_it():
    raw, corrected = family_error(comparisons=8, rounds=6, runs=300, seed=3)
    assert raw > 0.2
    assert corrected <= 0.07  # 300 runs: 5 % ± 2.5 %


def test_serially_correlated_rounds_lose_coverage_and_are_flagged_more_often():
    apart, alike = judged(20, effect=0.0), judged(20, effect=0.0, serial=0.6)
    assert alike.coverage < 0.85
    assert apart.flagged <= 0.07
    assert alike.flagged > 0.5


def test_the_page_in_docs_is_what_the_command_prints_but_for_its_numbers():
    def bones(text):
        return re.sub(r"[\d,.]+", "0", text)

    assert bones(page(runs=30, seed=1)) == bones((ROOT / "docs" / "calibration.md").read_text(encoding="utf-8"))


def test_the_page_in_docs_keeps_the_promises():
    text = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    fixed = text[text.index("## A fixed") : text.index("## At a minimum")]
    rows = [
        [cell.strip(" %") for cell in line.split("|")[1:-1]] for line in fixed.splitlines() if line.startswith("| ")
    ]
    figures = [[float(cell) for cell in row[1:]] for row in rows if row[0] in ("normal", "skewed")]
    assert len(figures) == 2 * 4 * 5
    assert all(coverage >= 93 for _, _, coverage, *_ in figures)
    assert all(better + worse <= 5 for effect, _, _, better, worse, _ in figures if effect == 0)
