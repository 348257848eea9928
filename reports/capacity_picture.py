"""Capacity pictures: p99 against offered load, lane by lane, with the bound, each knee and the rate of the rounds."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from reports.lane_style import LaneStyle
from reports.picture import draw
from reports.stored_run import Json
from reports.wording import amount, duration


def capacity_picture(
    name: str, curves: Sequence[Json], styles: Mapping[str, LaneStyle], rate_per_s: float | None
) -> Markup:
    """A filled point held, an open one did not; a diamond is the knee."""
    with draw(name, _alternative(curves, rate_per_s), height=2.6) as canvas:
        axes = canvas.axes
        for curve in curves:
            points = [point for point in curve["points"] if point["p99_us"]]
            style = styles[curve["lane"]]
            rates, heights = [p["rate_per_s"] for p in points], [p["p99_us"] for p in points]
            axes.plot(rates, heights, color=style.colour, dashes=style.dashes or (None, None))
            for point in points:
                inside = style.colour if point["holds"] else "white"
                mark = "D" if point["rate_per_s"] == curve["knee_per_s"] else "o"
                axes.plot([point["rate_per_s"]], [point["p99_us"]], mark, mfc=inside, mec=style.colour, markersize=6)
        axes.axhline(curves[0]["p99_bound_us"], color="#b3261e", linewidth=1, dashes=(4, 2))
        if rate_per_s:
            axes.axvline(rate_per_s, color="#55554f", linewidth=1, dashes=(1, 2))
        axes.set(xscale="log", yscale="log")
        for axis, worded in ((axes.xaxis, amount), (axes.yaxis, duration)):
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            axis.set_major_formatter(FuncFormatter(lambda value, _, worded=worded: worded(value)))
            axis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("tasks offered per second")
        axes.set_ylabel("p99 of all tasks")
    return canvas.svg


def _alternative(curves: Sequence[Json], rate_per_s: float | None) -> str:
    told = "; ".join(
        f"{curve['lane']}: "
        + ", ".join(f"{amount(p['rate_per_s'])}/s {duration(p['p99_us'])}" for p in curve["points"] if p["p99_us"])
        for curve in curves
    )
    return f"p99 against offered load: {told}" + (f"; rounds ran at {amount(rate_per_s)}/s" if rate_per_s else "")
