"""The verdict rule of DESIGN.md."""

import math

import numpy as np
import pytest

from harness.statistics.estimate import Estimate, paired_ratio
from harness.statistics.verdict import judge, noise_floor_of


def estimate(value, half=0.02, p=0.001, rounds=6):
    return Estimate(
        value=value,
        low=value * math.exp(-half),
        high=value * math.exp(half),
        p_value=p,
        sign_flip_p=None,
        rounds=rounds,
    )


def verdict(found, *, p=0.001, effect=0.05, floor=0.01):
    return str(judge(found, p_adjusted=p, minimum_effect=effect, noise_floor=floor).verdict)


def test_a_lower_cost_is_better_and_a_higher_one_worse():
    assert verdict(estimate(0.8)) == "better"
    assert verdict(estimate(1.25)) == "worse"


def test_an_interval_inside_the_minimum_effect_is_equivalent_even_when_significant():
    assert verdict(estimate(1.02, half=0.01), p=0.0001) == "equivalent"


def test_the_minimum_effect_is_symmetric_on_the_log_scale():
    assert verdict(estimate(1.0, half=math.log(1.0499))) == "equivalent"
    assert verdict(estimate(1.0, half=math.log(1.0501))) == "unresolved"


def test_a_change_within_the_noise_floor_is_unresolved():
    assert verdict(estimate(1.2), floor=math.log(1.19)) == "worse"
    assert verdict(estimate(1.2), floor=math.log(1.21)) == "unresolved"


def test_a_corrected_p_of_five_percent_is_not_enough():
    assert verdict(estimate(1.2), p=0.05) == "unresolved"
    assert verdict(estimate(1.2), p=0.0499) == "worse"


def test_a_significant_change_smaller_than_the_minimum_effect_is_unresolved():
    assert verdict(estimate(1.04, half=0.03)) == "unresolved"


def test_without_an_estimate_or_a_noise_floor_nothing_is_judged():
    assert verdict(None) == "unresolved"
    assert verdict(estimate(1.5), floor=None) == "unresolved"


def test_an_equivalence_needs_no_noise_floor():
    assert verdict(estimate(1.0), floor=None) == "equivalent"


def test_the_again_lane_judged_without_noise_floor_can_fail():
    assert verdict(estimate(1.07), floor=0.0) == "worse"


def test_the_noise_floor_is_the_larger_absolute_bound_of_the_again_interval():
    assert noise_floor_of(estimate(0.97, half=0.02)) == pytest.approx(-math.log(0.97) + 0.02)
    assert noise_floor_of(None) is None


def test_unresolved_names_the_rounds_that_would_resolve_it():
    found = paired_ratio([1.15, 0.98, 1.2, 0.95, 1.3, 1.1], [1.0] * 6)
    judged = judge(found, p_adjusted=found.p_value, minimum_effect=0.05, noise_floor=0.0)
    assert str(judged.verdict) == "unresolved"
    assert 7 <= judged.rounds_needed <= 12
    assert f"{judged.rounds_needed} rounds" in judged.why


def test_a_change_at_the_minimum_effect_is_said_to_be_beyond_any_number_of_rounds():
    judged = judge(estimate(1.0499, half=0.05), p_adjusted=0.2, minimum_effect=0.05, noise_floor=0.0)
    assert judged.rounds_needed is None
    assert "not even" in judged.why


def test_lanes_that_do_not_differ_are_called_different_in_at_most_five_percent():
    rng = np.random.default_rng(2)
    found = [paired_ratio(list(np.exp(rng.normal(0, 0.08, 6))), [1.0] * 6) for _ in range(1500)]
    wrong = [e for e in found if verdict(e, p=e.p_value, floor=0.0) in ("better", "worse")]
    assert len(wrong) / len(found) <= 0.06
