"""The page's sections, one per file, in the order of ORDER."""

from collections.abc import Callable

from reports.section import Section
from reports.sections import (
    deliveries,
    environment,
    evidence,
    hypotheses,
    latency,
    reproduce,
    sizes,
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
    throughput.build,
    evidence.build,
    sizes.build,
    deliveries.build,
    trials.build,
    environment.build,
    reproduce.build,
)
