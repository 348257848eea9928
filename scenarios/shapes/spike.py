"""A fifth of the users, all of them for a fifth of the window, and a fifth again, to see whether it recovers."""

from scenarios.shape import Shape

_QUIET = 0.2
_FROM, _TO = 0.4, 0.6


class Spike(Shape):
    def level(self, at: float) -> float:
        return 1.0 if _FROM <= at < _TO else _QUIET
