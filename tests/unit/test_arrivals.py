"""When tasks are due: schedules that do not wait for answers."""

import random
from itertools import pairwise

import pytest

from scenarios.arrivals import Arrivals, offsets


def schedule(arrivals, *, rate=50.0, duration=20.0, seed=1):
    return list(offsets(arrivals, rate_per_s=rate, duration_s=duration, rng=random.Random(seed)))


@pytest.mark.parametrize("arrivals", [Arrivals.poisson, Arrivals.constant])
def test_offsets_rise_and_stay_inside_the_phase(arrivals):
    found = schedule(arrivals)
    assert found == sorted(found)
    assert found[0] >= 0
    assert found[-1] < 20.0


@pytest.mark.parametrize("arrivals", [Arrivals.poisson, Arrivals.constant])
def test_the_same_seed_gives_the_same_schedule_and_another_seed_another(arrivals):
    assert schedule(arrivals, seed=7) == schedule(arrivals, seed=7)
    assert schedule(arrivals, seed=7) != schedule(arrivals, seed=8)


def test_constant_arrivals_keep_one_period_and_the_asked_rate():
    found = schedule(Arrivals.constant, rate=50.0, duration=20.0)
    assert len(found) == 1000
    assert all(later - earlier == pytest.approx(0.02) for earlier, later in pairwise(found))


def test_constant_users_of_one_rate_do_not_fire_in_step():
    firsts = {schedule(Arrivals.constant, seed=seed)[0] for seed in range(20)}
    assert len(firsts) == 20
    assert all(0 <= first < 0.02 for first in firsts)


def test_poisson_arrivals_have_the_asked_rate_and_gaps_as_spread_as_their_mean():
    found = schedule(Arrivals.poisson, rate=500.0, duration=20.0)
    gaps = [later - earlier for earlier, later in pairwise(found)]
    mean = sum(gaps) / len(gaps)
    deviation = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    # 10,000 arrivals: three standard errors are 3 %
    assert len(found) == pytest.approx(10_000, rel=0.03)
    assert deviation / mean == pytest.approx(1.0, rel=0.05)


def test_many_slow_users_together_have_the_rate_of_one_fast_one():
    found = [schedule(Arrivals.poisson, rate=1.0, duration=10.0, seed=seed) for seed in range(400)]
    assert sum(map(len, found)) == pytest.approx(4000, rel=0.05)


def test_a_rate_too_low_for_the_phase_may_owe_nothing():
    assert schedule(Arrivals.poisson, rate=1e-6, duration=1.0) == []


def test_a_schedule_without_end_can_be_drawn_from_for_ever():
    endless = offsets(Arrivals.poisson, rate_per_s=10.0, duration_s=float("inf"), rng=random.Random(1))
    assert len([next(endless) for _ in range(1000)]) == 1000


def test_a_closed_loop_has_no_schedule():
    with pytest.raises(ValueError, match="last answer"):
        schedule(Arrivals.closed)
