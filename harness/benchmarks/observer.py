"""The observer's cost: pages per second with everything that evidence needs switched on, and with all of it off.

Within a window the harness asks nothing; what costs there is what PostgreSQL counts and times. What the harness asks
around a window is told as seconds per trial.
"""

import time

import asyncpg

from datasets.manifest import Manifest
from harness.benchmarks.interleaving import on_and_off, ratio_of
from harness.benchmarks.pages import PageBench, chat_user
from harness.benchmarks.result import Result
from harness.evidence import read_counters, read_wal
from harness.evidence.examiner import Examiner

_WATCHED = {
    "pg_stat_statements.track": ("top", "none"),
    "pg_stat_statements.track_planning": ("on", "off"),
    "track_io_timing": ("on", "off"),
    "track_wal_io_timing": ("on", "off"),
    "compute_query_id": ("on", "off"),
    "track_counts": ("on", "off"),
}


async def observer(bench: PageBench, manifest: Manifest, *, variant: str) -> list[Result]:
    """A page of one message, where a cost per statement weighs the most."""

    async def measure(watched: bool) -> float:  # noqa: FBT001 - on or off
        await _watch(bench.dsn, watched=watched)
        return await chat_user(bench, 1)

    pairs = await on_and_off(bench.repeats, measure)
    await _watch(bench.dsn, watched=True)
    what = {"what": "pages", "on": "observed", "off": "nothing counted or timed"}
    return [
        ratio_of(pairs, name="page1_observed_vs_unobserved", **what),
        Result(name="evidence_per_trial", value=await _around_a_window(bench, manifest, variant), unit="s"),
    ]


async def _watch(dsn: str, *, watched: bool) -> None:
    """For connections from now on; a database's own settings go with it."""
    connection = await asyncpg.connect(dsn)
    try:
        name = await connection.fetchval("SELECT quote_ident(current_database())")
        for setting, (on, off) in _WATCHED.items():
            await connection.execute(f"ALTER DATABASE {name} SET {setting} = '{on if watched else off}'")
    finally:
        await connection.close()


async def _around_a_window(bench: PageBench, manifest: Manifest, variant: str) -> float:
    """Seconds for counters, WAL and plans on both sides of an empty window; without a lane's one examination."""
    examiner = Examiner(manifest.dataset, manifest.strata)
    await examiner.learn(bench.dsn, bench.redis, database="bench", variant=variant)
    started = time.perf_counter()
    await examiner.hashes(bench.dsn, "bench")
    before = await read_counters(bench.dsn, bench.redis)
    after = await read_counters(bench.dsn, bench.redis)
    await read_wal(bench.dsn, before.database["wal_position"], after.database["wal_position"])
    await examiner.hashes(bench.dsn, "bench")
    return time.perf_counter() - started
