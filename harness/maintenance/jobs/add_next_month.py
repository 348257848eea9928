"""Adding the partition of the month after the last."""

from harness.maintenance.ground import Ground
from harness.maintenance.job import Done, Job
from harness.maintenance.options import has_option, run_option


async def _why_not(ground: Ground) -> str | None:
    if await has_option(ground, "add_next_month"):
        return None
    return "messages is not partitioned by time, so there is no month to add."


async def _run(ground: Ground) -> Done:
    return await run_option(ground, "add_next_month")


JOB = Job(
    name="add_next_month",
    summary="add next month's partition",
    source="§9.2",
    why_not=_why_not,
    run=_run,
)
