"""Lag: how long what the primary has on disk takes to show on its standby, sampled during a window."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import numpy as np

#: Often enough for a window of seconds, seldom enough to cost nothing.
_EVERY_S = 0.05
_POLL_S = 0.001
_GIVE_UP_S = 5.0
#: What is on the primary's disk: no more than that is sent.
_WRITTEN = "SELECT pg_current_wal_flush_lsn()"
_BEHIND = "SELECT greatest(pg_wal_lsn_diff($1, pg_last_wal_replay_lsn()), 0)::bigint"


class Lag:
    """The samples of one window."""

    def __init__(self) -> None:
        self._us: list[float] = []
        self._bytes: list[int] = []

    def add(self, delay_us: float, behind_bytes: int) -> None:
        self._us.append(delay_us)
        self._bytes.append(behind_bytes)

    def result(self) -> dict[str, Any]:
        """Percentiles only of what was sampled: None without samples."""
        return {"samples": len(self._us), **_quantiles("lag_us", self._us), **_quantiles("behind_bytes", self._bytes)}


def _quantiles(name: str, values: list[Any]) -> dict[str, float | None]:
    shares = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    return {f"{name}_{key}": float(np.quantile(values, share)) if values else None for key, share in shares.items()}


@asynccontextmanager
async def sampled(primary_dsn: str, standby_dsn: str) -> AsyncIterator[Lag]:
    """Sample while inside."""
    lag = Lag()
    primary = await asyncpg.connect(primary_dsn)
    standby = await asyncpg.connect(standby_dsn)
    sampling = asyncio.create_task(_sample(primary, standby, lag))
    try:
        yield lag
    finally:
        sampling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sampling
        primary.terminate()
        standby.terminate()


async def _sample(primary: asyncpg.Connection, standby: asyncpg.Connection, lag: Lag) -> None:
    while True:
        position = await primary.fetchval(_WRITTEN)
        started = time.perf_counter()
        behind = first = await standby.fetchval(_BEHIND, position)
        while behind and time.perf_counter() - started < _GIVE_UP_S:
            await asyncio.sleep(_POLL_S)
            behind = await standby.fetchval(_BEHIND, position)
        lag.add((time.perf_counter() - started) * 1e6, first)
        await asyncio.sleep(_EVERY_S)


async def caught_up(primary_dsn: str, standby_dsn: str, *, within_s: float) -> bool:
    """Whether the standby had replayed all that the primary has now, within the time."""
    primary = await asyncpg.connect(primary_dsn)
    standby = await asyncpg.connect(standby_dsn)
    try:
        position = await primary.fetchval("SELECT pg_current_wal_insert_lsn()")
        deadline = time.monotonic() + within_s
        while await standby.fetchval(_BEHIND, position):
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.01)
        return True
    finally:
        await primary.close()
        await standby.close()
