"""Capacity search: which rates to try, so that the highest one that holds is found in few trials; pure."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

#: Each step up or down until one rate holds and the next does not.
STEP = 2.0
#: The search ends when the two are no further apart than this.
CLOSE = 1.12
MOST_TRIALS = 10
#: A lane that does not bear this part of the first rate is slow by itself: a lower one makes no answer faster, and its
#: p99 takes ever longer to see.
LEAST_SHARE = 1 / 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """Where the search ended."""

    #: The highest rate that held; None: not even the lowest that was tried.
    rate_per_s: float | None
    #: The lowest that did not; None: all held, so the capacity is at least `rate_per_s`.
    too_much_per_s: float | None

    @property
    def is_bounded(self) -> bool:
        return self.rate_per_s is not None and self.too_much_per_s is not None


Search = Generator[float, bool, Capacity]


def search(first_per_s: float, *, most_trials: int = MOST_TRIALS) -> Search:
    """Yields rates and is sent whether each held: geometric steps, then bisection on the log scale."""
    held: float | None = None
    broke: float | None = None
    for _ in range(most_trials):
        if held is not None and broke is not None and broke / held <= CLOSE:
            break
        rate = _next(first_per_s, held, broke)
        if held is None and rate < first_per_s * LEAST_SHARE / CLOSE:
            break
        if (yield rate):
            held = rate
        else:
            broke = rate
    return Capacity(rate_per_s=held, too_much_per_s=broke)


def _next(first: float, held: float | None, broke: float | None) -> float:
    if held is None and broke is None:
        return _round(first)
    if broke is None:
        return _round(held * STEP)  # type: ignore[operator] # one of the two is there
    if held is None:
        return _round(broke / STEP)
    return _round((held * broke) ** 0.5)


def _round(rate: float) -> float:
    """Three digits: rates are read by people."""
    return float(f"{rate:.3g}")


def run(first_per_s: float, holds: Callable[[float], bool], *, most_trials: int = MOST_TRIALS) -> Capacity:
    """The search over a plain function."""
    going = search(first_per_s, most_trials=most_trials)
    try:
        rate = next(going)
        while True:
            rate = going.send(holds(rate))
    except StopIteration as ended:
        found: Capacity = ended.value
        return found
