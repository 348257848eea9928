"""Five steps of equal length and height, up to all users, to see where it stops keeping up."""

from scenarios.shape import Shape

_STEPS = 5


class Step(Shape):
    def level(self, at: float) -> float:
        return min(int(at * _STEPS) + 1, _STEPS) / _STEPS
