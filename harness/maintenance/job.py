"""A job: one piece of maintenance, whether it applies, how it is done, and what it says of itself."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.maintenance.ground import Ground


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What a job says of itself; durations, WAL, sizes and latencies are measured around it."""

    #: Which way of doing it the variant needs: a SQL file's name, or None where there is only one.
    option: str | None = None
    #: Rows removed or written; None where nobody can say.
    rows: int | None = None
    #: Whether what was restored equals what was there; None where nothing is restored.
    verified: bool | None = None
    #: What else was seen: a size in bytes, a difference, a rate.
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One piece of maintenance."""

    name: str
    summary: str
    #: Where the schema report asks for it.
    source: str
    #: None where it applies, else the reason why it does not.
    why_not: Callable[[Ground], Awaitable[str | None]]
    run: Callable[[Ground], Awaitable[Done]]
