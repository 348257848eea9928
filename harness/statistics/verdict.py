"""Verdicts: better, worse, equivalent or unresolved, by one rule set before the run."""

import math
from dataclasses import dataclass
from enum import StrEnum

from harness.figure import figure
from harness.statistics.estimate import ALPHA, Estimate, critical_t

#: Beyond this many rounds nobody will wait; the verdict then says so instead of a number.
MOST_ROUNDS = 1000


class Verdict(StrEnum):
    better = "better"
    worse = "worse"
    equivalent = "equivalent"
    unresolved = "unresolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict with its reason."""

    verdict: Verdict
    #: One sentence for people.
    why: str
    #: How many rounds would probably resolve it; None when resolved, or when no practicable number would.
    rounds_needed: int | None = None


def noise_floor_of(again: Estimate | None) -> float | None:
    """F: the larger absolute bound of the A/A lane's 95 % log interval, whatever level a sequential look has."""
    if again is None:
        return None
    narrower = critical_t(ALPHA, again.rounds) / critical_t(again.alpha, again.rounds)
    return abs(math.log(again.value)) + _half_width(again) * narrower


def judge(
    estimate: Estimate | None, *, p_adjusted: float | None, minimum_effect: float, noise_floor: float | None
) -> Judgement:
    """Judge a ratio of costs (lower is better).

    minimum_effect is relative (0.05 = 5 %), noise_floor is F on the log scale: 0 for the A/A lane itself, None when the
    A/A lane has no estimate. DESIGN.md, "Verdicts that can be trusted": interval inside ±δ → equivalent; else
    p_adjusted < 0.05 and |estimate| > max(δ, F) → better or worse; else unresolved. In a sequential run the look's
    share of the 0.05 stands in its place (`estimate.alpha`).
    """
    if estimate is None:
        return Judgement(verdict=Verdict.unresolved, why="fewer than two rounds have a value in both lanes")
    delta, mean = math.log1p(minimum_effect), math.log(estimate.value)
    if -delta < math.log(estimate.low) and math.log(estimate.high) < delta:
        return Judgement(verdict=Verdict.equivalent, why=f"the whole interval lies inside ±{minimum_effect:.1%}")
    if noise_floor is None:
        return Judgement(verdict=Verdict.unresolved, why="the A/A lane has no estimate, so the noise is unknown")
    if p_adjusted is not None and p_adjusted < estimate.alpha and abs(mean) > max(delta, noise_floor):
        verdict = Verdict.better if mean < 0 else Verdict.worse
        return Judgement(verdict=verdict, why=f"the ratio {figure(estimate.value)} is beyond effect, noise and chance")
    return _unresolved(estimate, p_adjusted, delta, noise_floor)


def _unresolved(estimate: Estimate, p_adjusted: float | None, delta: float, noise_floor: float) -> Judgement:
    mean = abs(math.log(estimate.value))
    if mean <= delta:
        cause, needed = (
            "the interval reaches beyond the minimum effect",
            _rounds_until(estimate, delta - mean, estimate.alpha),
        )
    elif mean <= noise_floor:
        noise = f"{math.expm1(noise_floor):.1%}" if noise_floor < math.log(2) else f"×÷{figure(math.exp(noise_floor))}"
        cause = f"the change is within the A/A lane's noise of {noise}"
        needed = _at_most(estimate.rounds * (noise_floor / mean) ** 2)  # noise bounds shrink as 1/√rounds
    else:
        correction = estimate.p_value / p_adjusted if p_adjusted else 1.0
        cause, needed = "chance is not excluded", _rounds_until(estimate, mean, estimate.alpha * correction)
    more = f"about {needed} rounds would resolve it" if needed else f"not even {MOST_ROUNDS} rounds would resolve it"
    return Judgement(verdict=Verdict.unresolved, why=f"{cause}; {more}", rounds_needed=needed)


def _rounds_until(estimate: Estimate, wanted_half_width: float, alpha: float) -> int | None:
    """The rounds at which the log interval's half width falls under the wanted one, at this spread."""
    spread = _half_width(estimate) / critical_t(estimate.alpha, estimate.rounds) * math.sqrt(estimate.rounds)
    for rounds in range(estimate.rounds + 1, MOST_ROUNDS + 1):
        if critical_t(round(alpha, 12), rounds) * spread / math.sqrt(rounds) < wanted_half_width:
            return rounds
    return None


def _at_most(rounds: float) -> int | None:
    return None if rounds > MOST_ROUNDS else math.ceil(rounds) + 1


def _half_width(estimate: Estimate) -> float:
    return (math.log(estimate.high) - math.log(estimate.low)) / 2
