"""Shape: a load that moves over the window; each user keeps its rate, so the rate moves with the users."""

import time
from dataclasses import asdict
from typing import Any, ClassVar

from locust import LoadTestShape

from scenarios.outage import Outage

#: With neither --window nor --run-time.
_LENGTH_S = 300.0


class Shape(LoadTestShape):
    """Subclass it and say which share of --users is there at each share of the window.

    --users are those of the peak, at which --rate holds. The warm-up has the window's first level.
    """

    abstract = True
    use_common_options = True
    #: How much is done in each hour, where somebody's own counts say so.
    hours: ClassVar[tuple[float, ...]] = ()
    _began: float | None = None

    def level(self, at: float) -> float:
        """The share of the peak's users at `at`, from 0 (the window's start) to 1 (its end)."""
        raise NotImplementedError

    def outage(self, length_s: float) -> Outage | None:  # noqa: ARG002 - most shapes have none
        """What happens to the receivers' devices in a window of that length."""
        return None

    def begin(self) -> None:
        """The window begins now; where it has begun, a late process changes nothing."""
        if self._began is None:
            self._began = time.monotonic()

    def reset_time(self) -> None:
        """Locust's word for a new test."""
        super().reset_time()
        self._began = None

    def tick(self) -> tuple[int, float] | None:
        assert self.runner is not None
        options = self.runner.environment.parsed_options
        peak = options.num_users or 1
        at = 0.0 if self._began is None else (time.monotonic() - self._began) / _length_s(options)
        if at >= 1 and not options.window:
            return None
        # of a window with a length its own end is the test's
        return max(1, round(peak * self.level(min(at, 1.0)))), float(peak)


def outage_of(shape: LoadTestShape | None, options: object) -> dict[str, Any] | None:
    """In a form that Locust carries to workers."""
    outage = shape.outage(_length_s(options)) if isinstance(shape, Shape) else None
    return asdict(outage) if outage else None


def _length_s(options: object) -> float:
    window, run_time = getattr(options, "window", 0.0), getattr(options, "run_time", None)
    if window:
        return float(window)
    return max(float(run_time) - getattr(options, "warmup", 0.0), 1.0) if run_time else _LENGTH_S
