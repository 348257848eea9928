"""Jobs one after another beside the running load: a quiet stretch, then the job, each measured from outside."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import asyncpg
from redis.exceptions import RedisError

from harness.errors import HarnessError
from harness.maintenance.ground import Ground
from harness.maintenance.job import Done, Job
from harness.maintenance.sends import Sends, cut, timeline

_READ = """
SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS wal_bytes, pg_database_size(current_database()) AS database_bytes
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The server at one moment."""

    at_ns: int
    #: WAL written since the server was made, by everybody.
    wal_bytes: int
    database_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One job, done or not."""

    job: Job
    #: Why it was not done.
    skipped: str | None = None
    #: Why it went wrong.
    failed: str | None = None
    done: Done | None = None
    #: Start of the quiet stretch; start and end of the job.
    readings: tuple[Reading, Reading, Reading] | None = None
    steps: tuple[dict[str, Any], ...] = ()


async def do_jobs(ground: Ground, jobs: Sequence[Job], *, quiet_s: float) -> list[Measured]:
    """All of them in their order; one that fails does not keep the next from being done."""
    measured = [await _do(ground, job, quiet_s) for job in jobs]
    await asyncio.sleep(quiet_s)
    return measured


async def _do(ground: Ground, job: Job, quiet_s: float) -> Measured:
    if reason := await job.why_not(ground):
        return Measured(job=job, skipped=reason)
    quiet = await _read(ground)
    await asyncio.sleep(quiet_s)
    ground.steps.clear()
    before = await _read(ground)
    done, failed = None, None
    try:
        done = await job.run(ground)
    except (HarnessError, asyncpg.PostgresError, asyncpg.InterfaceError, RedisError, OSError) as error:
        failed = str(error) or type(error).__name__
    after = await _read(ground)
    steps = tuple(asdict(step) for step in ground.steps)
    return Measured(job=job, failed=failed, done=done, readings=(quiet, before, after), steps=steps)


async def _read(ground: Ground) -> Reading:
    async with ground.connection() as connection:
        [row] = await connection.fetch(_READ)
        at_ns = time.perf_counter_ns()
        return Reading(at_ns=at_ns, wal_bytes=int(row["wal_bytes"]), database_bytes=row["database_bytes"])


def told(measured: Sequence[Measured], trace: dict[str, list[int]]) -> dict[str, Any]:
    """As stored in trials.jsonl: the jobs with the sends beside them, and every send for the picture."""
    sends = Sends.of_trace(trace)
    begun_ns = int(sends.intended_ns.min()) if len(sends.intended_ns) else 0
    return {"jobs": [_told(one, sends, begun_ns) for one in measured], "sends": timeline(sends, begun_ns)}


def _told(one: Measured, sends: Sends, begun_ns: int) -> dict[str, Any]:
    heading: dict[str, Any] = {"job": one.job.name, "summary": one.job.summary, "source": one.job.source}
    heading |= {"skipped": one.skipped, "failed": one.failed}
    if one.readings is None:
        return heading
    quiet, before, after = one.readings
    said = one.done or Done()
    return heading | {
        "option": said.option,
        "rows": said.rows,
        "verified": said.verified,
        "details": dict(said.details),
        "begun_s": _seconds(before.at_ns - begun_ns),
        "duration_s": _seconds(after.at_ns - before.at_ns),
        "steps": [
            {"step": step["name"], "duration_s": _seconds(step["ended_ns"] - step["begun_ns"])} for step in one.steps
        ],
        "wal_bytes": after.wal_bytes - before.wal_bytes,
        "quiet_wal_bytes_per_s": (before.wal_bytes - quiet.wal_bytes) / _seconds(before.at_ns - quiet.at_ns),
        "database_bytes_before": before.database_bytes,
        "database_bytes_after": after.database_bytes,
        "quiet": cut(sends, quiet.at_ns, before.at_ns).as_dict(),
        "during": cut(sends, before.at_ns, after.at_ns).as_dict(),
    }


def _seconds(duration_ns: int) -> float:
    return duration_ns / 1_000_000_000
