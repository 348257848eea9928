"""A trial's ground: the servers, the clone and what stands beside it, for the steps that share them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.covariates.window_watch import WindowWatch
from harness.stack.stack import Stack
from harness.trial.beside import Beside
from harness.trial.plan import TrialPlan


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """Where one trial takes place."""

    stack: Stack
    plan: TrialPlan
    #: Name of the trial's own database.
    clone: str
    others: Beside
    #: Seconds of each step, filled as they end.
    steps: dict[str, float]
    #: A folder for the gate's socket, whose path must be short.
    scratch: Path
    #: What the load process says.
    log: Path

    @property
    def dsn(self) -> str:
        return self.stack.postgres.dsn(self.clone)

    @property
    def redis(self) -> str:
        return self.stack.redis.url(0)

    def watch(self, *, generator: int, servers: tuple[int, ...]) -> WindowWatch:
        """Over the processes that a window is measured by: their numbers are given, the stores' are known here."""
        return WindowWatch(
            postgres=self.stack.postgres.pid,
            redis=self.stack.redis.pid,
            generator=generator,
            servers=servers,
            replica=self.others.server_pid,
        )

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.steps[step] = round(time.perf_counter() - started, 3)
