"""Sequential runs: looks at fixed rounds, each spending its share of the 5 % that a fixed run spends at once.

At look k of K every interval has the level 1 − α_k and Holm's family is tested at α_k. The chance of a false statement
at any look is at most Σ α_k = 5 % (union bound): for any dependence between looks, any number of rounds, and whichever
look ends the run. The shares come from the spending function α*(t) = 0.05 t (Lan & DeMets 1983, Biometrika 70: 659;
Kim & DeMets 1987, Biometrika 74: 149), with t the rounds run ÷ the most rounds. Boundaries that use the correlation
of looks would spend a little less, but are exact only for known variances, not for t with six rounds.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.rounds import AGAIN
from harness.statistics.estimate import ALPHA

#: More looks would leave each too little to spend.
MOST_LOOKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A point at which a run may end."""

    #: Rounds run by then.
    rounds: int
    #: What this look may spend of the 5 %.
    alpha: float


def looks(first: int, most: int | None) -> tuple[Look, ...]:
    """At `first` rounds, then in even steps up to `most`; without `most` the one look of a fixed run."""
    if most is None or most <= first:
        return (Look(rounds=first, alpha=ALPHA),)
    # even, so that each look ends with an order and its reverse
    step = 2 * math.ceil((most - first) / (2 * (MOST_LOOKS - 1)))
    at = [*range(first, most, step), most]
    spent = [ALPHA * rounds / most for rounds in at]
    return tuple(
        Look(rounds=rounds, alpha=upto - before)
        for rounds, upto, before in zip(at, spent, [0.0, *spent[:-1]], strict=True)
    )


def level_at(planned: Sequence[Look], rounds: int) -> float:
    """The level at which `rounds` rounds are judged: that of the look which they are, or are on the way to."""
    return next((look.alpha for look in planned if rounds <= look.rounds), planned[-1].alpha)


def is_decided(findings: Iterable[Mapping[str, Any]]) -> bool:
    """Whether more rounds have nothing left to resolve among the primary findings of candidates.

    What cannot be judged at all (too few samples, no value) does not keep a run going.
    """
    return not any(
        finding["primary"]
        and not finding["candidate"].endswith(AGAIN)
        and finding["p_adjusted"] is not None
        and finding["verdict"] == "unresolved"
        for finding in findings
    )


def progress_of(
    planned: Sequence[Look], rounds_run: int, findings: Iterable[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """How far a sequential run came, for the summary; None of a fixed run."""
    if len(planned) == 1:
        return None
    if is_decided(findings):
        ended = "every primary finding is resolved"
    elif rounds_run >= planned[-1].rounds:
        ended = "the most rounds were run"
    else:
        ended = "not at its end: some primary finding is unresolved"
    return {
        "looks": [{"rounds": look.rounds, "alpha": look.alpha} for look in planned],
        "rounds_run": rounds_run,
        "alpha": level_at(planned, rounds_run),
        "ended": ended,
    }
