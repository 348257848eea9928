"""The page's sections, one per file, in the order of ORDER."""

from collections.abc import Callable

from reports.section import Section
from reports.sections import (
    capacity,
    covariates,
    deliveries,
    differences,
    environment,
    evidence,
    hypotheses,
    indexes,
    latency,
    maintenance,
    plans,
    price,
    redis,
    replica,
    reproduce,
    rounds,
    sizes,
    sweeps,
    throughput,
    trials,
    verdicts,
)
from reports.stored_run import StoredRun

#: Each returns None when the run holds nothing for it.
ORDER: tuple[Callable[[StoredRun], Section | None], ...] = (
    verdicts.build,
    hypotheses.build,
    latency.build,
    differences.build,
    rounds.build,
    throughput.build,
    capacity.build,
    price.build,
    evidence.build,
    plans.build,
    indexes.build,
    sizes.build,
    sweeps.build,
    maintenance.build,
    redis.build,
    deliveries.build,
    replica.build,
    covariates.build,
    trials.build,
    environment.build,
    reproduce.build,
)
