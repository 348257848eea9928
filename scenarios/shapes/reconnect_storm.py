"""All users; at two fifths nearly all fall away, devices too, and a tenth later all are back within a second."""

from scenarios.outage import Outage
from scenarios.shape import Shape

_FALL, _BACK = 0.4, 0.5
_LEFT = 0.05


class ReconnectStorm(Shape):
    def level(self, at: float) -> float:
        return _LEFT if _FALL <= at < _BACK else 1.0

    def outage(self, length_s: float) -> Outage:
        return Outage(begins_s=_FALL * length_s, ends_s=_BACK * length_s, share=1 - _LEFT)
