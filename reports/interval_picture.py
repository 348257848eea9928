"""Interval pictures: a ratio and its interval against 1, the minimum effect and the noise, a few hundred bytes each."""

import math

from markupsafe import Markup

from reports.wording import level
from reports.wording import ratio as worded

WIDTH, HEIGHT, EDGE = 150, 20, 7
#: Ratios beyond ×/÷ 1.6 are drawn as an arrow at the edge, so that small changes stay readable.
LIMIT = math.log(1.6)


def interval_picture(
    *,
    ratio: float,
    low: float,
    high: float,
    minimum_effect: float,
    noise_floor: float | None,
    verdict: str,
    alpha: float,
) -> Markup:
    """The inline SVG; better lies left. The interval's level is 1 − alpha, stricter at a look of a sequential run."""
    delta, middle = math.log1p(minimum_effect), HEIGHT / 2
    parts = [
        _band(delta),
        Markup('<line class="one" x1="{x:.1f}" x2="{x:.1f}" y1="1" y2="{h}"/>').format(x=_x(0), h=HEIGHT - 1),
    ]
    if noise_floor and noise_floor < LIMIT:
        parts += [_tick(-noise_floor), _tick(noise_floor)]
    parts.append(
        Markup('<line class="range" x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>').format(
            _x(math.log(low)), _x(math.log(high)), middle, middle
        )
    )
    parts += [_open_end(end, middle) for end in (math.log(low), math.log(high)) if abs(end) > LIMIT]
    parts.append(_mark(math.log(ratio), middle))
    text = f"{worded(ratio)}, {level(alpha)} interval {worded(low)} to {worded(high)}, {verdict}"
    opening = Markup('<svg class="interval {}" role="img" aria-label="{}" viewBox="0 0 {} {}">').format(
        verdict, text, WIDTH, HEIGHT
    )
    return opening + Markup().join(parts) + Markup("</svg>")


def _x(log_ratio: float) -> float:
    share = max(-1.0, min(1.0, log_ratio / LIMIT))
    return WIDTH / 2 + share * (WIDTH / 2 - EDGE)


def _band(delta: float) -> Markup:
    return Markup('<rect class="effect" x="{:.1f}" y="2" width="{:.1f}" height="{}"/>').format(
        _x(-delta), _x(delta) - _x(-delta), HEIGHT - 4
    )


def _tick(log_ratio: float) -> Markup:
    return Markup('<line class="noise" x1="{x:.1f}" x2="{x:.1f}" y1="5" y2="{h}"/>').format(
        x=_x(log_ratio), h=HEIGHT - 5
    )


def _open_end(log_ratio: float, middle: float) -> Markup:
    """The bar goes on beyond the picture."""
    way = math.copysign(1, log_ratio)
    return Markup('<path class="open" d="M{:.1f} {} l{:g} 4 l{:g} 4"/>').format(
        _x(log_ratio) + way * 0.5, middle - 4, way * 4, -way * 4
    )


def _mark(log_ratio: float, middle: float) -> Markup:
    if abs(log_ratio) <= LIMIT:
        return Markup('<circle class="mark" cx="{:.1f}" cy="{}" r="3.2"/>').format(_x(log_ratio), middle)
    way = math.copysign(1, log_ratio)
    tip = _x(log_ratio) + way * 5
    return Markup('<path class="mark" d="M{:.1f} {} l{:g} -5 v10 z"/>').format(tip, middle, -way * 8)
