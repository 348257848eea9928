"""Calibration: whether intervals, verdicts and sequential runs keep their promises where the truth is known.

`python -m harness.statistics.calibration` simulates rounds, judges them by the code that judges real ones, and prints
docs/calibration.md.
"""

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from harness.statistics.drift import serial_correlation_of
from harness.statistics.estimate import ALPHA, Estimate, Logs, estimate_of, holm
from harness.statistics.sequential import Look, looks
from harness.statistics.simulated_rounds import Costs, World, simulate
from harness.statistics.verdict import Verdict, judge, noise_floor_of

EFFECTS = (0.0, 0.02, 0.05, 0.2)
ROUNDS = (4, 6, 8, 12, 20)
SHAPES = ("normal", "skewed")
#: Below the smallest effect sought, so that power is a matter of noise alone.
MINIMUM_EFFECT = 0.01
#: That of an experiment which names none.
DEFAULT_EFFECT = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of many simulated runs of one world."""

    #: Share of intervals that hold the true ratio.
    coverage: float
    #: Shares of verdicts.
    better: float
    worse: float
    equivalent: float
    #: Share in which neighbouring rounds were seen to resemble each other.
    flagged: float
    #: Rounds that a run took, on average.
    rounds: float

    @property
    def called(self) -> float:
        return self.better + self.worse


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    covered: bool
    verdict: Verdict
    flagged: bool
    rounds: int


def tally(world: World, planned: Sequence[Look], *, runs: int, seed: int, minimum_effect: float) -> Tally:
    """Simulate and judge `runs` runs that end at the first look which resolves them, or at the last."""
    costs = simulate(world, runs=runs, rounds=planned[-1].rounds, rng=np.random.default_rng(seed))
    outcomes = [_outcome(run, world, planned, minimum_effect) for run in costs]
    return Tally(
        coverage=sum(o.covered for o in outcomes) / runs,
        better=sum(o.verdict == Verdict.better for o in outcomes) / runs,
        worse=sum(o.verdict == Verdict.worse for o in outcomes) / runs,
        equivalent=sum(o.verdict == Verdict.equivalent for o in outcomes) / runs,
        flagged=sum(o.flagged for o in outcomes) / runs,
        rounds=sum(o.rounds for o in outcomes) / runs,
    )


def _outcome(run: Costs, world: World, planned: Sequence[Look], minimum_effect: float) -> _Outcome:
    for look in planned:
        logs, again = _paired(run[:, : look.rounds])
        estimate = estimate_of(logs, alpha=look.alpha, flips=False)
        floor = noise_floor_of(estimate_of(again, alpha=look.alpha, flips=False))
        verdict = judge(estimate, p_adjusted=estimate.p_value, minimum_effect=minimum_effect, noise_floor=floor).verdict
        if verdict != Verdict.unresolved:
            break
    serial = serial_correlation_of(logs)
    return _Outcome(
        covered=_covers(estimate, world.effect),
        verdict=verdict,
        flagged=serial is not None and serial.p_value < ALPHA,
        rounds=look.rounds,
    )


def _paired(run: Costs) -> tuple[Logs, Logs]:
    """The candidate's log ratios to the mean log of both baseline lanes, and the A/A lane's to the first."""
    baseline, again, candidate = run
    return candidate - (baseline + again) / 2, again - baseline


def _covers(estimate: Estimate, effect: float) -> bool:
    return estimate.low <= 1 + effect <= estimate.high


def t_alone(world: World, planned: Sequence[Look], *, runs: int, seed: int) -> float:
    """Share of runs in which p falls under a look's level at any look, without noise floor and minimum effect."""
    costs = simulate(world, runs=runs, rounds=planned[-1].rounds, rng=np.random.default_rng(seed))
    return float(np.mean([any(_p(run, look) < look.alpha for look in planned) for run in costs]))


def _p(run: Costs, look: Look) -> float:
    return estimate_of(_paired(run[:, : look.rounds])[0], flips=False).p_value


def family_error(*, comparisons: int, rounds: int, runs: int, seed: int) -> tuple[float, float]:
    """Shares of runs of several comparisons, none with an effect, in which any p falls under 5 %: raw, and by Holm."""
    costs = simulate(World(effect=0.0), runs=runs * comparisons, rounds=rounds, rng=np.random.default_rng(seed))
    p = np.array([_p(run, Look(rounds=rounds, alpha=ALPHA)) for run in costs]).reshape(runs, comparisons)
    corrected = np.array([holm(list(row)) for row in p])
    return float(np.mean(p.min(axis=1) < ALPHA)), float(np.mean(corrected.min(axis=1) < ALPHA))


def page(*, runs: int, seed: int) -> str:
    """docs/calibration.md."""
    sections = [make(runs, seed) for make in (_fixed, _equivalence, _family, _sequential, _serial)]
    return "\n\n".join([_OPENING.format(runs=f"{runs:,}", plain=runs, seed=seed, error=_error(runs)), *sections]) + "\n"


def _error(runs: int) -> str:
    return f"{100 * 1.96 * math.sqrt(ALPHA * (1 - ALPHA) / runs):.1f}"


def _table(columns: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _fixed(runs: int, seed: int) -> str:
    def rows() -> Iterator[Sequence[str]]:
        for at, (shape, effect, rounds) in enumerate(product(SHAPES, EFFECTS, ROUNDS)):
            world = World(effect=effect, shape=shape)
            found = tally(world, looks(rounds, None), runs=runs, seed=seed + at, minimum_effect=MINIMUM_EFFECT)
            shares = (found.coverage, found.better, found.worse, found.equivalent)
            yield shape, f"{effect:.0%}", str(rounds), *map(_percent, shares)

    columns = ("noise", "true effect", "rounds", "coverage", "better", "worse", "equivalent")
    return f"## A fixed number of rounds\n\n{_FIXED}\n\n{_table(columns, rows())}"


def _equivalence(runs: int, seed: int) -> str:
    def rows() -> Iterator[Sequence[str]]:
        for at, (noise, effect, rounds) in enumerate(product((0.01, 0.03), (0.0, 0.02, 0.05, 0.08), ROUNDS)):
            world = World(effect=effect, noise=noise)
            found = tally(world, looks(rounds, None), runs=runs, seed=seed + at, minimum_effect=DEFAULT_EFFECT)
            shares = (found.equivalent, found.better, found.worse)
            yield f"{noise:.0%}", f"{effect:.0%}", str(rounds), *map(_percent, shares)

    columns = ("noise", "true effect", "rounds", "equivalent", "better", "worse")
    return f"## At a minimum effect of 5 %\n\n{_EQUIVALENCE}\n\n{_table(columns, rows())}"


def _family(runs: int, seed: int) -> str:
    def rows() -> Iterator[Sequence[str]]:
        for count in (1, 8, 24):
            raw, corrected = family_error(comparisons=count, rounds=6, runs=max(200, runs // count), seed=seed)
            yield str(count), _percent(raw), _percent(corrected)

    columns = ("comparisons", "any p under 5 %", "any p under 5 % after Holm")
    return f"## Many comparisons\n\n{_FAMILY}\n\n{_table(columns, rows())}"


def _sequential(runs: int, seed: int) -> str:
    planned = looks(6, 24)
    naive = tuple(Look(rounds=look.rounds, alpha=ALPHA) for look in planned)

    def rows() -> Iterator[Sequence[str]]:
        for at, (shape, effect) in enumerate(product(SHAPES, EFFECTS)):
            world = World(effect=effect, shape=shape)
            found = tally(world, planned, runs=runs, seed=seed + at, minimum_effect=MINIMUM_EFFECT)
            peeks = [_percent(t_alone(world, by, runs=runs, seed=seed + at)) for by in (planned, naive)]
            shown = (found.coverage, found.better, found.worse, found.equivalent)
            yield shape, f"{effect:.0%}", *map(_percent, shown), f"{found.rounds:.1f}", *peeks

    columns = (
        *("noise", "true effect", "coverage", "better", "worse", "equivalent", "mean rounds"),
        *("p under α_k at any look", "p under 5 % at any look"),
    )
    at = ", ".join(f"{look.rounds} (α {look.alpha:.4f})" for look in planned)
    return f"## Until resolved\n\n{_SEQUENTIAL.format(looks=at)}\n\n{_table(columns, rows())}"


def _serial(runs: int, seed: int) -> str:
    def rows() -> Iterator[Sequence[str]]:
        for at, (serial, rounds) in enumerate(product((0.0, 0.3, 0.6), (6, 12, 20))):
            world = World(effect=0.0, serial=serial)
            found = tally(world, looks(rounds, None), runs=runs, seed=seed + at, minimum_effect=MINIMUM_EFFECT)
            yield f"{serial:.1f}", str(rounds), *map(_percent, (found.coverage, found.called, found.flagged))

    columns = ("correlation", "rounds", "coverage", "better or worse", "flagged")
    return f"## Serial correlation\n\n{_SERIAL}\n\n{_table(columns, rows())}"


_OPENING = """\
# Calibration

Rounds are simulated with a known truth and judged by the code that judges real rounds. This page is the output of

```sh
python -m harness.statistics.calibration --runs {plain} --seed {seed} > docs/calibration.md
```

and [`tests/unit/test_calibration.py`](../tests/unit/test_calibration.py) holds the code to it. Shares of {runs} runs
are known to about ±{error} % at 5 %. The formulas are in [methodology](methodology.md#estimate).

Each simulated run has three lanes (baseline, A/A, candidate) in the order that real runs have. A trial's noise has a
standard deviation of 3 %, normal or skewed (exponential: a long tail to the slow side). All lanes of a round share a
random walk with steps of 5 %, and within a round costs drift by up to 1 % from one position to the next. The minimum
effect is 1 %."""

_FIXED = """\
Promised: the interval holds the truth in at least 93 % (nominal: 95 %), and where the true effect is none *better* and
*worse* together are at most 5 %. They are far under it because a verdict must also exceed the A/A lane's noise floor.
The column *worse* is the power to find a true slowdown."""

_EQUIVALENCE = """\
The default of an experiment. A true effect of 2 % does not matter to its asker, so *equivalent* is right; one of 5 % is
at the bound; one of 8 % is *worse*. What three per cent of noise leaves unresolved at six rounds takes more rounds."""

_FAMILY = """\
Runs of six rounds in which nothing differs. Without correction a run with many operations would nearly always show
some "difference"; Holm's correction keeps the chance of any at 5 %, before noise floor and minimum effect."""

_SEQUENTIAL = """\
`--rounds 6 --until-resolved --max-rounds 24` looks after these rounds:
{looks}.
The last two columns are Student's t alone, without noise floor and minimum effect: by the rule, and by looking at
p < 5 % each time, which is what the rule prevents. The rule spends a little less than 5 %, for it holds whatever the
looks have in common. Coverage is that of the interval at the look
that ended the run."""

_SERIAL = """\
The promise above assumes that a round's paired difference does not depend on the one before. Where it does (AR(1)),
intervals are too narrow. A lag-1 correlation beyond chance is flagged in the report, but a few rounds rarely show it:
the noise floor is the safer guard. Nothing differs here."""


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(description="Simulate, judge, and print docs/calibration.md.")
    parser.add_argument("--runs", type=int, default=2000, help="simulated runs for each row")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(page(runs=asked.runs, seed=asked.seed), end="")  # noqa: T201 - it is the output


if __name__ == "__main__":
    main()
