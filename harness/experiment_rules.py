"""Rules of a whole experiment: what its keys, each right by itself, must not say together."""

from collections.abc import Collection
from pathlib import Path

from harness.experiment import MAINTENANCE, Experiment, KnownNames, ScenarioLoad
from harness.table import TableReader
from harness.writing import readers_only, refusal
from reference_server.variant import load_variant
from scenarios.mix import load_mix
from scenarios.operations import Operation


def check(table: TableReader, experiment: Experiment, known: KnownNames) -> None:
    """Raises ExperimentError at the first rule that is broken."""
    _only_candidates(table, experiment)
    _claims_fit(table, experiment)
    _lanes_differ(table, experiment)
    _goes_on(table, experiment)
    _can_write(table, experiment, known)
    _can_be_maintained(table, experiment)


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
