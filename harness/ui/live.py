"""Live: the database's counters every two seconds of a window, as differences from its beginning and from the last."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
from redis.asyncio import Redis

from harness.evidence import Counters, evidence_between
from harness.evidence.counters import read_statements
from harness.evidence.sql_files import sql
from harness.evidence.wal import bytes_between, nothing_known
from harness.trial.ground import Ground
from harness.ui.rows import cache_row, delivery_row, operation_rows

#: The window pays for each reading.
_EVERY_S = 2.0
#: An hour of them; older ones leave the chart.
_KEPT = 1800
_UNTOLD = "the clone has no pg_stat_statements, so nothing is known by operation while it runs"
_OLD = "WAL without its images is read after the window"


class Live:
    """What the page's Database tab and charts show of the test that runs, or ran last."""

    def __init__(self) -> None:
        #: Counts tests, so that a page sees when another one begins.
        self.test = 0
        self.rows: list[dict[str, Any]] = []
        self.cache: dict[str, Any] = {}
        #: A sample each two seconds: what each operation cost since the one before.
        self.samples: list[dict[str, Any]] = []
        self.note: str | None = None
        #: The whole window's deliveries, once it has ended; None of a scenario that makes none.
        self.deliveries: dict[str, Any] | None = None

    def begin(self) -> None:
        """A new test starts."""
        self.test += 1
        self.rows, self.cache, self.samples, self.note, self.deliveries = [], {}, [], None, None

    def end(self, outcome: Mapping[str, Any], evidence: Mapping[str, Any] | None) -> None:
        """The window's whole evidence takes the place of the last reading."""
        window_s = outcome["generator"]["window_s"]
        self.deliveries = delivery_row(outcome.get("deliveries"))
        if evidence:
            self.rows, self.cache = operation_rows(evidence, seconds=window_s), cache_row(evidence)

    @asynccontextmanager
    async def sampling(self, ground: Ground, before: Counters | None) -> AsyncIterator[None]:
        """Around the window; a database that cannot be read costs the chart, never the test."""
        if before is None:
            self.note = "somebody else's database: nothing of it can be read"
            yield
            return
        task = asyncio.create_task(self._sample(ground, before))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _sample(self, ground: Ground, before: Counters) -> None:
        # tables and indexes are read at the edges only
        before = last = replace(before, tables={}, indexes={})
        began = last_at = time.monotonic()
        try:
            async with _reader(ground) as read:
                while True:
                    await asyncio.sleep(_EVERY_S)
                    now, at = await read(), time.monotonic()
                    self.note = _UNTOLD if now.statements is None else None
                    whole, step = _between(before, now, ground), _between(last, now, ground)
                    self.rows, self.cache = operation_rows(whole, seconds=at - began), cache_row(whole)
                    rows = operation_rows(step, seconds=at - last_at)
                    self._keep({"at_s": round(at - began, 1), "operations": {row["name"]: row for row in rows}})
                    last, last_at = now, at
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            self.note = f"the database does not tell: {error}"

    def _keep(self, sample: dict[str, Any]) -> None:
        self.samples.append(sample)
        del self.samples[:-_KEPT]


@asynccontextmanager
async def _reader(ground: Ground) -> AsyncIterator[Any]:
    """A function that reads statements, the server's counters and Redis over connections of its own."""
    connection = await asyncpg.connect(ground.dsn)
    redis: Redis = Redis.from_url(ground.redis)
    older = connection.get_server_version().major < 17  # noqa: PLR2004 - pg_stat_checkpointer came with it

    async def read() -> Counters:
        statements = await read_statements(connection)
        database = await connection.fetchrow(sql("database_before_17" if older else "database"))
        return Counters(
            statements=statements,
            tables={},
            indexes={},
            database=dict(database or {}),
            redis={**await redis.info(), "commandstats": {}},
        )

    try:
        yield read
    finally:
        await redis.aclose()
        await connection.close(timeout=2)


def _between(before: Counters, after: Counters, ground: Ground) -> dict[str, Any]:
    written = bytes_between(before.database["wal_position"], after.database["wal_position"])
    return evidence_between(before, after, ground.plan.snapshot.queryids, wal=nothing_known(written, _OLD))
