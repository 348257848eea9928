"""Paired ratios, their intervals and their p values."""

import math

import numpy as np
import pytest
from scipy import stats

from harness.statistics.estimate import holm, paired_ratio


def test_the_ratio_is_the_geometric_mean_of_the_rounds_ratios():
    found = paired_ratio([2.0, 8.0], [1.0, 1.0])
    assert found.value == pytest.approx(4.0)
    assert found.rounds == 2


def test_interval_and_p_are_students_on_log_ratios():
    rng = np.random.default_rng(4)
    baseline, candidate = rng.lognormal(6, 0.2, 6), rng.lognormal(6.1, 0.2, 6)
    logs = np.log(candidate / baseline)
    expected = stats.ttest_1samp(logs, 0)
    low, high = expected.confidence_interval(0.95)
    found = paired_ratio(list(candidate), list(baseline))
    assert (found.low, found.high) == pytest.approx((math.exp(low), math.exp(high)))
    assert found.p_value == pytest.approx(expected.pvalue)


def test_the_interval_covers_the_truth_in_95_of_100_runs():
    rng = np.random.default_rng(11)
    found = [paired_ratio(list(np.exp(rng.normal(0.1, 0.05, 6))), [1.0] * 6) for _ in range(2000)]
    covered = np.mean([e.low <= math.exp(0.1) <= e.high for e in found])
    assert 0.935 < covered < 0.965


def test_a_round_that_misses_a_value_is_dropped():
    assert paired_ratio([2.0, None, 4.0, 5.0], [1.0, 1.0, 2.0, None]).rounds == 2


def test_fewer_than_two_rounds_give_no_estimate():
    assert paired_ratio([2.0, None], [1.0, 1.0]) is None
    assert paired_ratio([], []) is None


def test_the_sign_flip_p_of_six_rounds_that_agree_is_two_in_sixty_four():
    found = paired_ratio([1.1, 1.2, 1.3, 1.15, 1.25, 1.18], [1.0] * 6)
    assert found.sign_flip_p == pytest.approx(2 / 64)


def test_the_sign_flip_test_ends_where_enumeration_would():
    assert paired_ratio([1.1] * 21, [1.0] * 21).sign_flip_p is None


def test_rounds_without_spread_are_certain_and_equal_rounds_say_nothing_differs():
    assert paired_ratio([2.0, 2.0, 2.0], [1.0, 1.0, 1.0]).p_value == 0.0
    same = paired_ratio([3.0, 5.0], [3.0, 5.0])
    assert (same.value, same.low, same.high, same.p_value) == (1.0, 1.0, 1.0, 1.0)


def test_zero_on_both_sides_is_equal_and_zero_on_one_side_has_no_ratio():
    assert paired_ratio([0.0, 0.0], [0.0, 0.0]).value == 1.0
    assert paired_ratio([0.0, 2.0, 2.0], [1.0, 2.0, 2.0]) is None


def test_holm_steps_down_and_never_decreases():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []
