"""Line charts: points over seconds as an SVG's paths and ticks; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

Points = Sequence[tuple[int, float]]
#: The drawing's inner edges, in the units of its view box (420 × 150).
LEFT, RIGHT, TOP, BOTTOM = 46.0, 414.0, 10.0, 124.0
_STEPS = (1.0, 2.0, 5.0, 10.0)


def line_chart(series: Mapping[int, Points], colours: Mapping[int, str]) -> dict[str, Any] | None:
    """A line for each test; None where none has two points to join."""
    if not series:
        return None
    last = max(second for points in series.values() for second, _ in points) or 1
    step = tick_step(max(value for points in series.values() for _, value in points))
    most = step * (1 + int(max(value for points in series.values() for _, value in points) / step))
    return {
        "last_s": last,
        "ticks": [{"value": step * number, "y": _y(step * number, most)} for number in range(1 + round(most / step))],
        "paths": [
            {"number": number, "colour": colours[number], "path": _path(points, last, most)}
            for number, points in series.items()
        ],
    }


def tick_step(most: float) -> float:
    """1, 2 or 5 times a power of ten, so that an axis from 0 has three to six ticks."""
    power = 10.0 ** (len(str(int(most / 4))) - 1) if most >= 4 else 1.0  # noqa: PLR2004 - four steps
    return next((power * step for step in _STEPS if most / (power * step) <= 5), power * _STEPS[-1])  # noqa: PLR2004 - six ticks


def _path(points: Points, last: int, most: float) -> str:
    places = (f"{LEFT + (RIGHT - LEFT) * second / last:.1f} {_y(value, most):.1f}" for second, value in points)
    return "M" + "L".join(places)


def _y(value: float, most: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * value / most, 1)
