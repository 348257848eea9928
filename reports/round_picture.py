"""Round pictures: each lane's value in each round, in time order, with the values that stand out ringed."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from reports.lane_style import LaneStyle
from reports.picture import draw
from reports.wording import spoken, value


def round_picture(
    name: str, table: Mapping[str, Any], styles: Mapping[str, LaneStyle], odd: Sequence[tuple[int, str | None]]
) -> Markup:
    """`odd` are (round, lane) to ring; lane None: the whole round."""
    rounds, unit = table["rounds"], table["unit"]
    ringed = [(number, lane) for number, lane in odd if number in rounds]
    standing_out = ", ".join(f"round {number} {lane or 'all lanes'}" for number, lane in ringed)
    alternative = (
        f"{spoken(table['operation'])}, {spoken(table['metric'])}, by round from {rounds[0]} to {rounds[-1]}: "
        + ", ".join(_told(lane, values, unit) for lane, values in table["lanes"].items())
        + (f"; standing out: {standing_out}" if ringed else "")
    )
    with draw(name, alternative, width=4.2, height=1.9) as canvas:
        axes = canvas.axes
        for lane, values in table["lanes"].items():
            style = styles[lane]
            heights = [float("nan") if one is None else one for one in values]
            axes.plot(
                rounds, heights, color=style.colour, dashes=style.dashes or (None, None), marker=".", markersize=4
            )
            here = {number for number, who in ringed if who in (lane, None)}
            marked = [(number, height) for number, height in zip(rounds, heights, strict=True) if number in here]
            if marked:
                axes.plot(*zip(*marked, strict=True), "o", mfc="none", mec=style.colour, markersize=10)
        if all(one is None or one > 0 for values in table["lanes"].values() for one in values):
            axes.set_yscale("log")
            axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            axes.yaxis.set_minor_formatter(NullFormatter())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: value(y, unit)))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("round")
    return canvas.svg


def _told(lane: str, values: Sequence[float | None], unit: str) -> str:
    present = [one for one in values if one is not None]
    return f"{lane} {value(min(present), unit)} to {value(max(present), unit)}" if present else f"{lane} without values"
