"""The ground that jobs work on: a trial's clone, its Redis, and a folder that the servers' account can write to."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from datasets.shape import Dataset
from harness.stack.accounts import Account
from harness.stack.stack import Stack
from reference_server.variant import Variant


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A part of a job, on time.perf_counter_ns()."""

    name: str
    begun_ns: int
    ended_ns: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """What a job may use. It changes nothing but this clone and what it makes itself."""

    stack: Stack
    #: The trial's clone; it carries chatbench's mark.
    database: str
    variant: Variant
    dataset: Dataset
    #: An empty folder of the servers' account; removed afterwards.
    folder: Path
    account: Account
    #: Filled by `step`.
    steps: list[Step] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        return self.stack.postgres.dsn(self.database)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of its own to the clone; it knows the dataset's today."""
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute("SELECT set_config('chatbench.as_of', $1, false)", self.dataset.as_of.isoformat())
            yield connection
        finally:
            await connection.close(timeout=5)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        begun_ns = time.perf_counter_ns()
        try:
            yield
        finally:
            self.steps.append(Step(name=name, begun_ns=begun_ns, ended_ns=time.perf_counter_ns()))
