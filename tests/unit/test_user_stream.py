"""What a virtual user draws: the same in every lane of a round, whoever else is there."""

import pytest

from scenarios.arrivals import Arrivals, offsets
from scenarios.session import Phase, Session
from scenarios.settings import Settings

WINDOW = Phase(name="window", origin_ns=0, duration_s=5.0)
WARMUP = Phase(name="warmup", origin_ns=0, duration_s=1.0)
NS_PER_S = 1_000_000_000


def session(seed=1, **changes):
    named = dict.fromkeys(Settings.__dataclass_fields__) | {"seed": seed, "arrivals": Arrivals.poisson}
    return Session(Settings(**named | changes), prepare=None, meet=None, on_live=None, on_done=None)


def draws(phase=WINDOW, *, ordinal=0, seed=1, **changes):
    rng = session(seed, **changes).rng(phase, ordinal)
    return [rng.random() for _ in range(5)]


def test_two_lanes_of_a_round_draw_the_same():
    assert draws(variant="baseline", postgres="one") == draws(variant="spec", postgres="another")


def test_another_seed_phase_or_user_draws_something_else():
    streams = [draws(), draws(seed=2), draws(WARMUP), draws(ordinal=1)]
    assert len({tuple(stream) for stream in streams}) == 4


def test_a_phases_start_and_length_do_not_change_what_is_drawn():
    assert draws(Phase(name="window", origin_ns=99, duration_s=60.0)) == draws()


def test_two_lanes_of_a_round_owe_the_same_tasks_at_the_same_times():
    def schedule(variant):
        rng = session(variant=variant).rng(WINDOW, 3)
        return list(offsets(Arrivals.poisson, rate_per_s=20.0, duration_s=5.0, rng=rng))

    assert schedule("baseline") == schedule("spec")


@pytest.mark.parametrize(("duration_s", "grace_s"), [(1.0, 1.0), (5.0, 5.0), (60.0, 10.0)])
def test_a_backlog_is_worked_off_for_as_long_again_but_at_most_ten_seconds(duration_s, grace_s):
    phase = Phase(name="window", origin_ns=7, duration_s=duration_s)
    assert phase.deadline_ns == 7 + (duration_s + grace_s) * NS_PER_S


def test_a_phase_that_only_its_user_ends_has_no_end():
    assert Phase(name="window", origin_ns=0, duration_s=float("inf")).end_ns == float("inf")
