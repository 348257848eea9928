"""Experiments: what is compared, under which load, and what would count as an answer."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.conditions import Conditions
from harness.errors import ExperimentError
from harness.hypotheses import Hypothesis
from harness.mixing import Design
from harness.rounds import AGAIN, lanes_of

#: --until-resolved without --max-rounds goes on for this many times the rounds.
DEFAULT_TIMES = 4
ARRIVALS = ("poisson", "constant", "closed")
#: The scenario beside which jobs of maintenance are done.
MAINTENANCE = "maintenance"
FOLDER = Path(__file__).with_name("experiments")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioLoad:
    """A scenario, its target and its load."""

    name: str
    #: A mix of the user's own (see scenarios/mix.py), as a path; None: a scenario of the catalog.
    mix: str | None = None
    #: "direct", "server" or a URL.
    target: str = "direct"
    users: int = 16
    #: Tasks per second over all users; None in a closed loop.
    rate_per_s: float | None = None
    #: Of the weakest lane's capacity, which is found before the rounds and sets the rate; None: a rate was given.
    rate_share: float | None = None
    #: How intended starts are spaced: poisson, constant, or closed: each after the answer before it.
    arrivals: str = "poisson"
    warmup_s: float = 1.0
    window_s: float = 5.0
    #: False: it runs once on the baseline, for its numbers, not for verdicts.
    compare: bool = True
    #: Server processes that chatbench starts for the target "server".
    servers: int = 1
    #: Fan-out: receiving users, and sockets of each.
    receivers: int | None = None
    devices: int | None = None
    #: Candidates that this scenario compares; empty: all.
    only: tuple[str, ...] = ()
    #: Maintenance: which jobs; empty: all of them.
    jobs: tuple[str, ...] = ()

    @property
    def is_remote(self) -> bool:
        """Somebody else's server, whose database is out of our reach."""
        return self.target not in ("direct", "server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """One comparison, fixed before it runs."""

    name: str
    question: str
    dataset: str
    seed: int
    baseline: str
    candidates: tuple[str, ...]
    rounds: int
    #: Relative: a change smaller than this does not matter to the asker.
    minimum_effect: float
    #: Metrics whose verdicts answer the question; Holm's correction covers them together.
    primary: tuple[str, ...]
    scenarios: tuple[ScenarioLoad, ...]
    hypotheses: tuple[Hypothesis, ...] = ()
    #: Sequential: go on after `rounds`, up to these, until the primary findings are resolved; None: fixed.
    max_rounds: int | None = None
    #: 2×2 designs, each two variants; their lanes (a, b, a+b over the baseline) are among the candidates.
    designs: tuple[Design, ...] = ()
    #: Sweeps to run once on each lane; harness/sweep/catalog has them.
    sweeps: tuple[str, ...] = ()
    #: Find each lane's highest rate whose p99 stays under the bound, before the rounds.
    find_capacity: bool = False
    capacity_p99_ms: float = 50.0
    #: What state each trial starts from, and what makes it void.
    conditions: Conditions = field(default_factory=Conditions)

    @property
    def is_remote(self) -> bool:
        """Whether everything goes to somebody else's servers, so that none of ours is needed."""
        return bool(self.scenarios) and all(load.is_remote for load in self.scenarios) and not self.sweeps

    @property
    def lanes(self) -> list[str]:
        """Of a comparison: the A/A lane is one of them."""
        return lanes_of(self.baseline, list(self.candidates))

    @property
    def measured_lanes(self) -> list[str]:
        """Those with a trial or a sweep: the baseline runs against itself only where something is compared."""
        is_compared = any(load.compare for load in self.scenarios)
        return [lane for lane in self.lanes if is_compared or not lane.endswith(AGAIN)]

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNames:
    """What exists; an unknown name is answered with the nearest of these."""

    variants: Collection[str]
    scenarios: Collection[str]
    datasets: Collection[str]
    sweeps: Collection[str] = ()
    jobs: Collection[str] = ()
    #: Scenarios that write.
    writing: Collection[str] = ()


def sequential(experiment: Experiment, *, until_resolved: bool, max_rounds: int | None, is_resumed: bool) -> Experiment:
    """The experiment with the flags' rule of when to end, which must be named before the first round."""
    if not until_resolved and max_rounds is None:
        return experiment
    if is_resumed:
        raise _flag_error(
            "--until-resolved", "this run has begun", "the rule by which it ends to stay as it was named before the run"
        )
    if not until_resolved:
        raise _flag_error("--max-rounds", f"{max_rounds} without --until-resolved", "both, or --rounds alone")
    most = max_rounds or DEFAULT_TIMES * experiment.rounds
    if most <= experiment.rounds:
        raise _flag_error("--max-rounds", f"{most} leave no round after --rounds {experiment.rounds}", "more rounds")
    return replace(experiment, max_rounds=most)


def _flag_error(flag: str, problem: str, expected: str) -> ExperimentError:
    return ExperimentError("command line", flag, problem, expected)
