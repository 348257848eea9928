"""REINDEX CONCURRENTLY of the index that pages are read by."""

from harness.maintenance.ground import Ground
from harness.maintenance.job import Done, Job
from harness.maintenance.options import has_option, run_option


async def _why_not(ground: Ground) -> str | None:
    if await has_option(ground, "reindex_page"):
        return None
    return "the variant has no page index."


async def _run(ground: Ground) -> Done:
    return await run_option(ground, "reindex_page")


JOB = Job(
    name="reindex_page",
    summary="REINDEX CONCURRENTLY of the page index",
    source="§9.1",
    why_not=_why_not,
    run=_run,
)
