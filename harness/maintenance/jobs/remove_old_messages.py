"""Removing messages older than a year: DELETE in batches, or whole partitions where months are partitions."""

from harness.maintenance.ground import Ground
from harness.maintenance.job import Done, Job
from harness.maintenance.options import run_option


async def _why_not(_: Ground) -> str | None:
    return None


async def _run(ground: Ground) -> Done:
    return await run_option(ground, "remove_old_messages")


JOB = Job(
    name="remove_old_messages",
    summary="remove messages older than a year",
    source="§9.2",
    why_not=_why_not,
    run=_run,
)
