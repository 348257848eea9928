"""VACUUM (ANALYZE) of the whole clone."""

from harness.maintenance.ground import Ground
from harness.maintenance.job import Done, Job
from harness.maintenance.options import run_option


async def _why_not(_: Ground) -> str | None:
    return None


async def _run(ground: Ground) -> Done:
    return await run_option(ground, "vacuum")


JOB = Job(name="vacuum", summary="VACUUM (ANALYZE)", source="§9.1", why_not=_why_not, run=_run)
