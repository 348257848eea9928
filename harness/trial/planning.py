"""Planning: which trials a run has, in which order, each with its own seed."""

import hashlib
from collections.abc import Iterator

from harness.experiment import MAINTENANCE, Experiment, ScenarioLoad
from harness.rounds import lane_order, takes_part
from harness.seeding.prepared import Prepared
from harness.trial.plan import TrialPlan

#: PostgreSQL connections of the load generator: enough to keep two cores busy, few enough not to queue in the kernel.
CONNECTIONS = 8


def plan_trials(experiment: Experiment, prepared: Prepared) -> Iterator[TrialPlan]:
    """Rounds of compared scenarios in counterbalanced order, then the others once, on the baseline."""
    compared = [load for load in experiment.scenarios if load.compare]
    order = lane_order(experiment.lanes, experiment.max_rounds or experiment.rounds, experiment.seed)
    for number, row in enumerate(order, 1):
        for load in compared:
            for position, lane in enumerate(takes_part(row, experiment.baseline, load.only), 1):
                name = f"r{number}p{position}" + (f"-{load.name}" if len(compared) > 1 else "")
                yield plan_of(name, number, position, lane, load, experiment, prepared)
    for load in experiment.scenarios:
        if not load.compare:
            yield plan_of(load.name, 1, 1, experiment.baseline, load, experiment, prepared)
        if not load.compare and load.name == MAINTENANCE:  # a price that every variant has
            for position, lane in enumerate(experiment.candidates, 2):
                yield plan_of(f"{load.name}-{lane}", 1, position, lane, load, experiment, prepared)


def plan_of(
    trial: str,
    number: int,
    position: int,
    lane: str,
    load: ScenarioLoad,
    experiment: Experiment,
    prepared: Prepared,
) -> TrialPlan:
    return TrialPlan(
        trial=trial,
        round=number,
        position=position,
        lane=lane,
        snapshot=prepared.snapshots[lane],
        load=load,
        # common random numbers: every lane of a round gets the same tasks at the same times
        seed=int.from_bytes(hashlib.sha256(f"{experiment.seed}:{number}".encode()).digest()[:4]),
        dataset=prepared.manifest.dataset,
        connections=CONNECTIONS,
        conditions=experiment.conditions,
    )
