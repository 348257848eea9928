"""Series pictures: an operation's median response time second by second, lane by lane."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from harness.statistics.histograms import Histogram, decode, merge
from reports.lane_style import LaneStyle
from reports.picture import draw
from reports.stored_run import Json
from reports.wording import duration

#: Seconds with fewer samples, over all rounds, have no median worth a point.
LEAST_SAMPLES = 5


def medians_by_second(trials: Sequence[Json], operation: str) -> dict[int, float]:
    """Second of the window → median µs over all rounds together; what was answered after it is none of its seconds.

    Only slow calls are: a point of them would stand high above a window that was even.
    """
    parts: dict[int, list[Histogram]] = {}
    for trial in trials:
        window_s = trial["load"]["window_s"] or float("inf")
        for entry in trial.get("seconds") or ():
            recorded = entry["operations"].get(operation)
            if recorded and recorded.get("response") and entry["second"] < window_s:
                parts.setdefault(entry["second"], []).append(decode(recorded["response"]))
    merged = {second: merge(ones) for second, ones in sorted(parts.items())}
    return {second: float(h.quantiles([0.5])[0]) for second, h in merged.items() if h and h.total >= LEAST_SAMPLES}


def series_picture(
    name: str, subject: str, lanes: Mapping[str, Mapping[int, float]], styles: Mapping[str, LaneStyle]
) -> Markup | None:
    """None where no lane has two seconds to join."""
    drawn = {lane: points for lane, points in lanes.items() if len(points) > 1}
    if not drawn:
        return None
    with draw(name, f"Median response time of {subject}, second by second, in each lane", height=1.7) as canvas:
        axes = canvas.axes
        for lane, points in drawn.items():
            style = styles[lane]
            axes.plot(
                [second + 0.5 for second in points],
                list(points.values()),
                color=style.colour,
                dashes=style.dashes or (None, None),
                marker=".",
                markersize=4,
            )
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: duration(y)))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("seconds into the window")
    return canvas.svg
