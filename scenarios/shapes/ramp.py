"""From a twentieth of the users to all of them, evenly."""

from scenarios.shape import Shape


class Ramp(Shape):
    def level(self, at: float) -> float:
        return 0.05 + 0.95 * at
