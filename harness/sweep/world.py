"""What a sweep works in, and what it finds: a contract of three records that every sweep of the catalogue speaks."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from statistics import quantiles
from typing import Any, Protocol

from datasets.shape import Dataset
from harness.evidence import evidence_between, read_counters, read_wal
from reference_server.chat import Chat

#: One call of the operation at hand; what it answers is not looked at.
Ask = Callable[[], Awaitable[object]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """What one operation cost at one size."""

    sweep: str
    operation: str
    #: How many messages deep, unread, …: the sweep says.
    size: int
    calls: int
    #: Per call, over all statements of the operation; None where there were no calls.
    blocks_per_call: float | None
    dirtied_per_call: float | None
    #: Without full-page images; None where the server does not let us look.
    wal_bytes_per_call: float | None
    exec_ms_per_call: float | None
    redis_commands_per_call: float | None
    #: Of the client's own clock: median and quartiles of one call.
    median_ms: float | None
    low_ms: float | None
    high_ms: float | None
    #: Why there are no figures.
    missing: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Sweep(Protocol):
    """One file of the catalogue."""

    #: Named after the file.
    name: str
    #: What grows, for an axis.
    axis: str

    def points(self, world: "World") -> AsyncIterator[Point]:
        """From the smallest size to the largest."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """One variant's clone, and the use cases over it."""

    chat: Chat
    dsn: str
    redis: str
    dataset: Dataset
    #: Slot of a statement → its queryid.
    queryids: Mapping[str, int]

    async def measure(self, sweep: str, operation: str, size: int, ask: Ask, *, calls: int) -> Point:
        """Ask so often, one after the other, with the database's counters read before and after."""
        before = await read_counters(self.dsn, self.redis)
        times_ms = [await _timed_ms(ask) for _ in range(calls)]
        after = await read_counters(self.dsn, self.redis)
        wal = await read_wal(self.dsn, before.database["wal_position"], after.database["wal_position"])
        evidence = evidence_between(before, after, self.queryids, wal=wal)
        low, median, high = quantiles(times_ms, n=4) if calls > 1 else (None, times_ms[0], None)
        per_call = _per_call(evidence["statements"], calls)
        return Point(
            sweep=sweep,
            operation=operation,
            size=size,
            calls=calls,
            blocks_per_call=per_call("blocks_hit", "blocks_read"),
            dirtied_per_call=per_call("blocks_dirtied"),
            wal_bytes_per_call=None if wal.record_bytes is None else wal.record_bytes / calls,
            exec_ms_per_call=per_call("exec_ms"),
            # reading the counters is itself two commands
            redis_commands_per_call=max(0, evidence["redis"]["commands"] - _OWN_COMMANDS) / calls,
            median_ms=median,
            low_ms=low,
            high_ms=high,
        )


#: INFO twice, after a connection's own greetings.
_OWN_COMMANDS = 4


def _per_call(statements: Mapping[str, Mapping[str, Any]] | None, calls: int) -> Callable[..., float | None]:
    """Of named counters their sum by call; None where the server does not tell."""

    def of(*names: str) -> float | None:
        if statements is None:
            return None
        return float(sum(one[name] for one in statements.values() for name in names)) / calls

    return of


async def _timed_ms(ask: Ask) -> float:
    started = time.perf_counter_ns()
    await ask()
    return (time.perf_counter_ns() - started) / 1e6


def missing(sweep: str, operation: str, size: int, why: str) -> Point:
    """A size that could not be asked."""
    return Point(
        sweep=sweep,
        operation=operation,
        size=size,
        calls=0,
        blocks_per_call=None,
        dirtied_per_call=None,
        wal_bytes_per_call=None,
        exec_ms_per_call=None,
        redis_commands_per_call=None,
        median_ms=None,
        low_ms=None,
        high_ms=None,
        missing=why,
    )
