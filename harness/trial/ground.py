"""A trial's ground: the servers, the clone and what stands beside it, for the steps that share them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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
    #: A folder for the gate's socket, whose path must be short.
    scratch: Path
    #: What the load process says.
    log: Path
    others: Beside = field(default_factory=Beside)
    #: Seconds of each step, filled as they end.
    steps: dict[str, float] = field(default_factory=dict)
    #: Told each step's name when it begins.
    begins: Callable[[str], None] = lambda _step: None

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
        self.begins(step)
        started = time.perf_counter()
        try:
            yield
        finally:
            self.steps[step] = round(time.perf_counter() - started, 3)
