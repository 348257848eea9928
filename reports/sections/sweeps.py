"""Sweeps: what one operation costs at growing sizes, one line a variant, and the figures below."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from reports.lane_style import lane_styles
from reports.picture import draw
from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import MISSING, amount, duration, size, spoken

#: Below this share of the plot's height a symmetric-log axis is linear, so that 0 has a place.
_LINEAR_UP_TO = 10


def build(run: StoredRun) -> Section | None:
    rows = [
        {"sweep": sweep["sweep"], "axis": sweep["axis"], "lane": sweep["lane"], **point}
        for sweep in run.sweeps
        for point in sweep["points"]
    ]
    if not rows:
        return None
    frame = pd.DataFrame(rows)
    parts = [_part(run, name, part) for name, part in frame.groupby("sweep", sort=False)]
    return Section(anchor="sweeps", title="Growing sizes", body=fill("sections/sweeps.html.j2", parts=parts))


def _part(run: StoredRun, name: Any, frame: pd.DataFrame) -> dict[str, Any]:
    # a page at depth 0 is another operation by name, and the same question
    pictures = [
        _picture(run, str(operation), part)
        for operation, part in frame.groupby(frame.operation.replace({"newest_page": "older_page"}), sort=False)
    ]
    return {
        "name": str(name),
        "axis": frame.axis.iloc[0],
        "pictures": pictures,
        "table": table(_figures(frame), _CAPTION),
    }


_CAPTION = "Per call: blocks touched, WAL without page images, and the client's own median time with its quartiles"


def _picture(run: StoredRun, operation: str, frame: pd.DataFrame) -> Markup:
    known = frame[frame.blocks_per_call.notna()]
    lanes = list(known.lane.unique())
    alternative = f"Blocks per call of {spoken(operation)} against {frame.axis.iloc[0]}: " + "; ".join(
        _in_words(lane, known[known.lane == lane]) for lane in lanes
    )
    with draw(f"sweep-{operation}", alternative, width=4.6, height=2.7) as canvas:
        styles = lane_styles(run.lanes, run.baseline)
        for lane in lanes:
            own, style = known[known.lane == lane], styles[lane]
            (line,) = canvas.axes.plot(
                own["size"], own.blocks_per_call, color=style.colour, marker="o", markersize=3, label=lane
            )
            if style.dashes:
                line.set_dashes(style.dashes)
        canvas.axes.set_xscale("symlog", linthresh=_LINEAR_UP_TO)
        canvas.axes.set_yscale("symlog", linthresh=1)
        canvas.axes.xaxis.set_major_formatter("{x:,.0f}")
        canvas.axes.yaxis.set_major_formatter("{x:,.0f}")
        canvas.axes.set_ylim(bottom=0)
        canvas.axes.set(xlabel=frame.axis.iloc[0], ylabel="blocks per call", title=spoken(operation))
        if lanes:  # none where the server counts no blocks by statement
            canvas.axes.legend(frameon=False, fontsize=7)
    return canvas.svg


def _in_words(lane: str, own: pd.DataFrame) -> str:
    return f"{lane} " + ", ".join(
        f"{amount(blocks)} at {amount(reached)}"
        for reached, blocks in zip(own["size"], own.blocks_per_call, strict=True)
    )


def _figures(frame: pd.DataFrame) -> pd.DataFrame:
    lanes: Sequence[str] = list(frame.lane.unique())
    rows = []
    for (operation, reached), part in frame.groupby(["operation", "size"]):
        row: dict[str, str] = {"operation": spoken(str(operation)), frame.axis.iloc[0]: f"{reached:,}"}
        for lane in lanes:
            own = part[part.lane == lane]
            row[lane] = MISSING if own.empty else _cell({str(key): value for key, value in own.iloc[0].items()})
        rows.append(row)
    return pd.DataFrame(rows)


def _cell(point: Json) -> str:
    if isinstance(point["missing"], str):
        return point["missing"]
    parts = [f"{amount(point['blocks_per_call'])} blocks"]
    if point["wal_bytes_per_call"] and point["operation"] == "mark_read":
        parts.append(f"{size(point['wal_bytes_per_call'])} WAL")
    time = duration(1000 * point["median_ms"])
    if not math.isnan(point["low_ms"]):
        time += f" ({duration(1000 * point['low_ms'])} to {duration(1000 * point['high_ms'])})"
    return ", ".join([*parts, time])
