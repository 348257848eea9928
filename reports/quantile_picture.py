"""Quantile pictures: how long the slowest one in ten, in a hundred, in a thousand took, lane by lane."""

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator

from harness.statistics.histograms import Histogram
from reports.lane_style import LaneStyle
from reports.picture import draw
from reports.wording import duration

POINTS, BAND_POINTS = 40, 20
#: Shares that get a tick: p50, p90, p99 …
TICKS = (0.5, 0.9, 0.99, 0.999, 0.9999)


def quantile_picture(
    name: str,
    subject: str,
    lanes: Mapping[str, Histogram],
    styles: Mapping[str, LaneStyle],
    *,
    rounds: Mapping[str, Sequence[Histogram]] | None = None,
    width: float = 5.2,
) -> Markup:
    """The curves of `subject` over 1/(1−q) on a log axis, each as far as its sample reaches.

    `rounds` are a lane's rounds apart: the band behind its curve spans them.
    """
    medians = ", ".join(f"{lane} {duration(h.quantile(0.5))}" for lane, h in lanes.items())
    alternative = f"Quantile curves of {subject}; medians: {medians}"
    with draw(name, alternative, width=width, height=2.3) as canvas:
        axes = canvas.axes
        for lane, histogram in lanes.items():
            style = styles[lane]
            _band(axes, (rounds or {}).get(lane) or (), style)
            rarity = np.geomspace(1.05, max(2.0, float(histogram.total)), POINTS)
            axes.plot(
                rarity,
                histogram.quantiles(1 - 1 / rarity) / 1000,
                color=style.colour,
                dashes=style.dashes or (None, None),
            )
        _label(axes)
    return canvas.svg


def _band(axes: Axes, rounds: Sequence[Histogram], style: LaneStyle) -> None:
    """From the lowest round to the highest, as far as every round's sample reaches."""
    if len(rounds) < 2:  # noqa: PLR2004 - one round spans nothing
        return
    rarity = np.geomspace(1.05, max(2.0, float(min(h.total for h in rounds))), BAND_POINTS)
    values = np.array([h.quantiles(1 - 1 / rarity) for h in rounds]) / 1000
    axes.fill_between(rarity, values.min(axis=0), values.max(axis=0), color=style.colour, alpha=0.14, linewidth=0)


def _label(axes: Axes) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_locator(FixedLocator([1 / (1 - share) for share in TICKS]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{100 * (1 - 1 / x):.4g} %"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: duration(1000 * y)))
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_minor_formatter(NullFormatter())
