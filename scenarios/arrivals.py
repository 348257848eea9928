"""Arrival schedules: when each virtual user intends to start its next task.

Open-loop, as in wrk2 (Tene): the schedule does not wait for answers, so a stalled target owes every task that was
due in the meantime. Pure: offsets in seconds from the start of a phase.
"""

import random
from collections.abc import Iterator
from enum import StrEnum


class Arrivals(StrEnum):
    poisson = "poisson"
    constant = "constant"
    closed = "closed"


def offsets(arrivals: Arrivals, *, rate_per_s: float, duration_s: float, rng: random.Random) -> Iterator[float]:
    """Intended starts in [0, duration_s) of one user whose own rate is `rate_per_s`."""
    if arrivals is Arrivals.closed:
        raise ValueError("a closed loop has no schedule: its next start is its last answer")
    if arrivals is Arrivals.constant:
        period = 1.0 / rate_per_s
        # a random phase: users of one rate must not fire in step
        at = rng.random() * period
        while at < duration_s:
            yield at
            at += period
        return
    at = rng.expovariate(rate_per_s)
    while at < duration_s:
        yield at
        at += rng.expovariate(rate_per_s)
