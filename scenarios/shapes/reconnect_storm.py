"""All users; at two fifths nearly all fall away, and a tenth later all are back within a second."""

from scenarios.shape import Shape

_FALL, _BACK = 0.4, 0.5
_LEFT = 0.05


class ReconnectStorm(Shape):
    def level(self, at: float) -> float:
        return _LEFT if _FALL <= at < _BACK else 1.0
