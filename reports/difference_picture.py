"""Difference pictures: the ratio to the baseline at each quantile, with its band over rounds."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator
from scipy.special import logit

from reports.lane_style import LaneStyle
from reports.picture import draw
from reports.wording import ratio, spoken

#: Quantiles that get a tick.
TICKS = (0.05, 0.25, 0.5, 0.9, 0.99, 0.999)
#: Ratios that get a tick: coarse ones where the picture spans more than WIDE.
FINE = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 2.5)
COARSE = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
WIDE = 3


def difference_picture(
    name: str,
    operation: str,
    lanes: Mapping[str, Sequence[Mapping[str, Any]]],
    styles: Mapping[str, LaneStyle],
    *,
    shown: str = "Ratio to the baseline",
) -> Markup:
    """A line and a band for each lane; quantiles that are shown but not judged have a hollow mark."""
    alternative = f"{shown} by quantile of {spoken(operation)}: " + "; ".join(
        f"{lane} {ratio(rows[0]['ratio'])} at {_named(rows[0])} to {ratio(rows[-1]['ratio'])} at {_named(rows[-1])}"
        for lane, rows in lanes.items()
    )
    with draw(name, alternative, width=5.2, height=2.1) as canvas:
        axes = canvas.axes
        axes.axhline(1, color="#9a9a94", linewidth=1)
        for lane, rows in lanes.items():
            style, at = styles[lane], [float(logit(row["quantile"])) for row in rows]
            axes.fill_between(
                at,
                [row["ratio_low"] for row in rows],
                [row["ratio_high"] for row in rows],
                color=style.colour,
                alpha=0.13,
                linewidth=0,
            )
            axes.plot(at, [row["ratio"] for row in rows], color=style.colour, dashes=style.dashes or (None, None))
            for x, row in zip(at, rows, strict=True):
                face = style.colour if row["judged"] else "none"
                axes.plot(x, row["ratio"], "o", mec=style.colour, mfc=face, markersize=3.5)
        axes.set_yscale("log")
        axes.yaxis.set_minor_formatter(NullFormatter())
        low, high = axes.get_ylim()
        axes.yaxis.set_major_locator(FixedLocator(FINE if high / low < WIDE else COARSE))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"×{y:g}"))
        axes.xaxis.set_major_locator(FixedLocator([float(logit(tick)) for tick in TICKS]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda _, place: f"p{100 * TICKS[place or 0]:g}"))
        axes.xaxis.set_minor_locator(NullLocator())
    return canvas.svg


def _named(row: Mapping[str, Any]) -> str:
    return f"p{100 * row['quantile']:g}"
