"""Latency: each operation's response times, their spread over rounds and over the window, and the three clocks."""

from collections.abc import Mapping, Sequence

import pandas as pd
from markupsafe import Markup

from harness.statistics.histograms import Histogram, decode, merge
from reports.lane_style import LaneStyle, lane_styles
from reports.quantile_picture import quantile_picture
from reports.section import Section, fill
from reports.series_picture import medians_by_second, series_picture
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import amount, duration, spoken

#: Clock → how its columns begin.
CLOCKS = {"response": "response", "service": "service", "lag": "send lag"}
PERCENTILES = ("p50", "p90", "p99", "p99_9")


def build(run: StoredRun) -> Section | None:
    styles, rows = lane_styles(run.lanes, run.baseline), run.summary.get("latencies") or []
    groups = [
        (f"{scenario} on {target}", [_panel(run, own, styles) for own in _by_operation(rows, scenario, target)])
        for scenario, target in run.measured
    ]
    groups = [(title, panels) for title, panels in groups if panels]
    if not groups:
        return None
    body = fill("sections/latency.html.j2", groups=groups, styles=list(styles.values()))
    return Section(anchor="latency", title="Response times", body=body)


def _by_operation(rows: Sequence[Json], scenario: str, target: str) -> list[list[Json]]:
    own = [row for row in rows if (row["scenario"], row["target"]) == (scenario, target)]
    return [[row for row in own if row["operation"] == name] for name in dict.fromkeys(r["operation"] for r in own)]


def _panel(run: StoredRun, rows: Sequence[Json], styles: Mapping[str, LaneStyle]) -> dict[str, str | Markup | None]:
    scenario, target, operation = (rows[0][key] for key in ("scenario", "target", "operation"))
    trials = {lane: run.trials_of(scenario, target, lane) for lane in run.lanes}
    rounds = {lane: found for lane, ones in trials.items() if (found := _rounds(ones, operation))}
    merged = {lane: whole for lane, ones in rounds.items() if (whole := merge(ones)) and whole.total}
    name = f"{scenario}-{target}-{operation}"
    series = {lane: medians_by_second(ones, operation) for lane, ones in trials.items()}
    return {
        "name": spoken(operation),
        "curves": quantile_picture(f"latency-{name}", spoken(operation), merged, styles, rounds=rounds),
        "series": series_picture(f"series-{name}", spoken(operation), series, styles),
        "percentiles": table(_percentiles(rows), "Response time, all rounds together"),
        "clocks": table(_clocks(rows), "By each of the three clocks"),
    }


def _rounds(trials: Sequence[Json], operation: str) -> list[Histogram]:
    recorded = [trial["operations"].get(operation) or {} for trial in trials]
    return [h for one in recorded if one.get("response") and (h := decode(one["response"])).total]


def _percentiles(rows: Sequence[Json]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"lane": row["lane"], "samples": amount(row["samples"])}
            | {name.replace("_", "."): duration(row[f"{name}_us"]) for name in PERCENTILES}
            for row in rows
            if row["clock"] == "response"
        ]
    )


def _clocks(rows: Sequence[Json]) -> pd.DataFrame:
    """One row a lane: what was waited, what it took, how late it was sent; the median first, then p99."""
    known = {(row["lane"], row["clock"]): row for row in rows}
    return pd.DataFrame(
        [
            {"lane": lane}
            | {
                f"{word} {name}": duration((known.get((lane, clock)) or {}).get(f"{name}_us"))
                for name in ("p50", "p99")
                for clock, word in CLOCKS.items()
            }
            for lane in dict.fromkeys(row["lane"] for row in rows)
        ]
    )
