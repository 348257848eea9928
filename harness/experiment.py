"""Experiments: what is compared, under which load, and what would count as an answer."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.conditions import Conditions, conditions_from
from harness.errors import ExperimentError
from harness.hypotheses import Hypothesis, hypothesis_from
from harness.judging.metrics import KNOWN_NAMES, METRICS, metric_name
from harness.mixing import Design, design_lanes
from harness.table import TableReader
from harness.writing import readers_only, refusal
from reference_server.errors import VariantError
from reference_server.variant import canonical_name, load_variant
from reference_server.variant_folders import is_folder, told
from scenarios.errors import MixError
from scenarios.mix import Mix, load_mix
from scenarios.operations import Operation

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


def load_experiment(path: Path, known: KnownNames) -> Experiment:
    """Read an experiment file."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExperimentError(str(path), "file", error.strerror or str(error), "a readable TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ExperimentError(str(path), "file", str(error), "TOML 1.0 in UTF-8") from error
    return experiment_from(content, str(path), known)


def experiment_from(content: Mapping[str, Any], source: str, known: KnownNames) -> Experiment:
    """Check a table (of a file or of flags) and make the record."""
    table = TableReader(content, source)
    sweeps = tuple(_sweep(table, name, known) for name in table.texts("sweeps", least=0, default=[]))
    baseline = _variant(table, "baseline", table.text("baseline", default="baseline"), known)
    designs = tuple(_design(table, pair, baseline, known) for pair in table.lists("designs"))
    candidates = [
        _variant(table, "candidates", name, known)
        for name in table.texts("candidates", least=0, **({"default": []} if designs else {}))
    ]
    experiment = Experiment(
        name=table.text("name"),
        question=table.text("question", default=""),
        dataset=table.one_of("dataset", known.datasets, default="medium"),
        seed=table.whole("seed", least=0, default=1),
        baseline=baseline,
        candidates=(*candidates, *(lane for lane in design_lanes(baseline, designs) if lane not in candidates)),
        designs=designs,
        rounds=table.whole("rounds", least=1, default=6),
        max_rounds=table.optional_whole("max_rounds", least=1),
        minimum_effect=table.number("minimum_effect", above=0, below=1, default=0.05),
        primary=tuple(_metric(table, "primary", name) for name in table.texts("primary", default=["response_p50"])),
        scenarios=tuple(_scenario(part, known) for part in table.tables("scenarios", least=0 if sweeps else 1)),
        hypotheses=tuple(hypothesis_from(part, _metric) for part in table.tables("hypotheses", least=0)),
        sweeps=sweeps,
        find_capacity=table.flag("find_capacity", default=False),
        capacity_p99_ms=table.number("capacity_p99_ms", above=0, default=50.0),
        conditions=conditions_from(table),
    )
    table.nothing_else()
    _only_candidates(table, experiment)
    _claims_fit(table, experiment)
    _lanes_differ(table, experiment)
    _goes_on(table, experiment)
    _can_write(table, experiment, known)
    _can_be_maintained(table, experiment)
    return experiment


def _scenario(table: TableReader, known: KnownNames) -> ScenarioLoad:
    rate, share = table.optional_number_or_share("rate")
    arrivals = table.one_of("arrivals", ARRIVALS, default="poisson")
    mix = _mix(table)
    scenario = ScenarioLoad(
        name=mix.name if mix else table.one_of("name", known.scenarios),
        mix=str(_mix_path(table)) if mix else None,
        target=_target(table),
        users=table.whole("users", least=1, default=16),
        rate_per_s=rate,
        rate_share=share,
        arrivals=arrivals,
        warmup_s=table.number("warmup", above=-1e-9, default=1.0),
        window_s=table.number("window", above=0, default=5.0),
        compare=table.flag("compare", default=table.text("name") != MAINTENANCE),
        servers=table.whole("servers", least=1, default=1),
        receivers=table.optional_whole("receivers", least=1),
        devices=table.optional_whole("devices", least=1),
        only=tuple(canonical_name(name, base=table.folder) for name in table.texts("only", least=0, default=[])),
        jobs=tuple(_job(table, name, known) for name in table.texts("jobs", least=0, default=[])),
    )
    table.nothing_else()
    if scenario.is_remote and scenario.compare:
        raise table.error(
            "target",
            f"{scenario.target} is somebody else's server, whose schema chatbench cannot switch between lanes",
            '"direct" or "server", or compare = false',
        )
    if share is not None and not scenario.compare:
        raise table.error("rate", f"{share:.0%} of a capacity that is found for compared scenarios only", "a number")
    if (rate is None and share is None) != (arrivals == "closed"):
        raise table.error("rate", f"{rate or share} with arrivals {arrivals!r}", 'a rate, or arrivals = "closed"')
    return scenario


def _mix_path(table: TableReader) -> Path:
    """Relative paths begin where the experiment's file lies."""
    return ((table.folder or Path()) / table.text("name")).resolve()


def _mix(table: TableReader) -> Mix | None:
    """Of a scenario that is named by a mix's file. Raises ExperimentError with the file's line."""
    if not table.text("name").endswith(".toml"):
        return None
    try:
        return load_mix(_mix_path(table))
    except MixError as error:
        raise table.error("name", str(error).rstrip("."), "a mix; `chatbench new scenario NAME` makes one") from error


def _job(table: TableReader, name: str, known: KnownNames) -> str:
    if name not in known.jobs:
        raise table.unknown("jobs", name, known.jobs)
    return name


def _target(table: TableReader) -> str:
    target = table.text("target", default="direct")
    if target not in ("direct", "server") and not target.startswith(("http://", "https://")):
        raise table.error("target", f"{target!r} is no target", '"direct", "server" or a URL')
    return target


def _variant(table: TableReader, key: str, name: str, known: KnownNames) -> str:
    """A variant's name, or a combination's, whose parts exist and can be combined; of a folder's path, its name.

    Raises VariantError for a folder of the user's own, whose own files it names.
    """
    name, own = canonical_name(name, base=table.folder), told()
    for part in name.split("+"):
        if part not in known.variants and part not in own:
            beside = [f"./{part}"] if is_folder(part, table.folder) else []
            raise table.unknown(key, part, [*beside, *known.variants])
    if name in own:
        load_variant(name)
    if "+" in name:
        try:
            load_variant(name)
        except VariantError as error:
            raise table.error(key, str(error), "variants that can be combined") from error
    return name


def _design(table: TableReader, pair: list[str], baseline: str, known: KnownNames) -> Design:
    if len(pair) != 2:  # noqa: PLR2004 - a 2×2
        raise table.error(
            "designs", f"{pair!r} does not fit", 'two variants each, as in [["fillfactor90", "hot_index"]]'
        )
    one, other = (canonical_name(name, base=table.folder) for name in pair)
    for lane in design_lanes(baseline, ((one, other),)):
        _variant(table, "designs", lane, known)
    return one, other


def _sweep(table: TableReader, name: str, known: KnownNames) -> str:
    if name not in known.sweeps:
        raise table.unknown("sweeps", name, known.sweeps)
    return name


def _metric(table: TableReader, key: str, name: str) -> str:
    if metric_name(name) not in METRICS:
        raise table.unknown(key, name, KNOWN_NAMES)
    return name


def _only_candidates(table: TableReader, experiment: Experiment) -> None:
    for number, load in enumerate(experiment.scenarios, 1):
        for name in load.only:
            if name not in experiment.candidates:
                raise table.unknown(f"scenarios[{number}].only", name, experiment.candidates)


def _claims_fit(table: TableReader, experiment: Experiment) -> None:
    """What a claim names is measured; one of anything else could only stay unresolved, after all the rounds."""
    choices: dict[str, Collection[str]] = {
        "operation": [str(operation) for operation in Operation],
        "scenario": [load.name for load in experiment.scenarios],
        "candidate": experiment.candidates,
        "against": [experiment.baseline, *experiment.candidates],
    }
    for number, claim in enumerate(experiment.hypotheses, 1):
        for key, names in choices.items():
            if (name := getattr(claim, key)) is not None and name not in names:
                raise table.unknown(f"hypotheses[{number}].{key}", name, names)


def _lanes_differ(table: TableReader, experiment: Experiment) -> None:
    names = [experiment.baseline, *experiment.candidates]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise table.error(
            "candidates",
            f"{', '.join(twice)} occurs twice",
            "each variant once; the baseline's A/A lane is added by itself",
        )


def _goes_on(table: TableReader, experiment: Experiment) -> None:
    if experiment.max_rounds is not None and experiment.max_rounds < experiment.rounds:
        raise table.error(
            "max_rounds",
            f"{experiment.max_rounds} is less than rounds, {experiment.rounds}",
            "at least rounds, after which a sequential run first looks",
        )


def _can_write(table: TableReader, experiment: Experiment, known: KnownNames) -> None:
    """Where a variant takes no writes, a scenario or a sweep that writes would measure refusals."""
    reading = set(known.scenarios) - set(known.writing)
    for number, load in enumerate(experiment.scenarios, 1):
        lanes = readers_only(_lanes_of(experiment, load))
        if lanes and (load_mix(Path(load.mix)).writes if load.mix else load.name in known.writing):
            raise table.error(f"scenarios[{number}].name", *refusal(load.name, lanes, reading))
    if experiment.sweeps and (lanes := readers_only([experiment.baseline, *experiment.candidates])):
        raise table.error("sweeps", *refusal(experiment.sweeps[0], lanes, reading))


def _can_be_maintained(table: TableReader, experiment: Experiment) -> None:
    """Jobs are SQL in the chat's names."""
    for number, load in enumerate(experiment.scenarios, 1):
        lanes = _lanes_of(experiment, load) if load.name == MAINTENANCE else []
        if own := [lane for lane in lanes if not load_variant(lane).names.all_as_in_the_chat]:
            raise table.error(
                f"scenarios[{number}].name",
                f"{load.name} does jobs in the chat's names, and {', '.join(own)} has names of its own",
                "another scenario, or a variant without names",
            )


def _lanes_of(experiment: Experiment, load: ScenarioLoad) -> list[str]:
    """Who runs a scenario on a database of ours."""
    if load.is_remote:
        return []
    if not load.compare and load.name != MAINTENANCE:
        return [experiment.baseline]
    return [experiment.baseline, *(load.only or experiment.candidates)]


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
