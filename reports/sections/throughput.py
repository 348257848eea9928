"""Throughput: operations answered per second over the window of each lane."""

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup

from harness.judging.comparison import TASK_PREFIX
from reports.lane_style import LaneStyle, lane_styles
from reports.picture import draw
from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.wording import amount


def build(run: StoredRun) -> Section | None:
    styles = lane_styles(run.lanes, run.baseline)
    parts = []
    for scenario, target in run.measured:
        series = {lane: found for lane in run.lanes if (found := _series(run.trials_of(scenario, target, lane)))}
        if series:
            rows = [t for t in run.summary["throughput"] if (t["scenario"], t["target"]) == (scenario, target)]
            picture = _picture(f"{scenario}-{target}", series, rows, styles)
            parts.append((f"{scenario} on {target}", picture, rows))
    if not parts:
        return None
    body = fill("sections/throughput.html.j2", parts=parts, styles=list(styles.values()))
    return Section(anchor="throughput", title="Throughput over time", body=body)


def _series(trials: Sequence[Json]) -> list[float]:
    """Operations per second, second by second, averaged over rounds; a cut last second counts by its length."""
    seconds: dict[int, list[float]] = {}
    for trial in trials:
        for entry in trial.get("seconds") or ():
            length = min(1.0, trial["load"]["window_s"] - entry["second"])
            if length > 0.2:  # noqa: PLR2004 - less of a second says nothing
                seconds.setdefault(entry["second"], []).append(_count(entry) / length)
    return [float(np.mean(seconds[second])) for second in sorted(seconds)]


def _count(entry: Json) -> int:
    return sum(int(o["count"]) for name, o in entry["operations"].items() if not name.startswith(TASK_PREFIX))


def _picture(
    name: str, series: Mapping[str, Sequence[float]], rows: Sequence[Json], styles: Mapping[str, LaneStyle]
) -> Markup:
    medians = ", ".join(f"{row['lane']} {amount(row['operations_per_s'])}" for row in rows)
    told = f"Operations per second over the window; medians over rounds: {medians}"
    with draw(f"throughput-{name}", told, width=8) as canvas:
        for lane, values in series.items():
            style = styles[lane]
            canvas.axes.plot(
                np.arange(len(values)) + 0.5,
                values,
                color=style.colour,
                dashes=style.dashes or (None, None),
                marker="o",
                markersize=3,
            )
        canvas.axes.set_ylim(0, 1.15 * max(max(values) for values in series.values()) or 1)
        canvas.axes.set_xlabel("seconds into the window")
        canvas.axes.set_ylabel("operations / s")
    return canvas.svg
