"""Latency: how response times are spread in each lane, operation by operation."""

from collections.abc import Mapping, Sequence

import pandas as pd
from markupsafe import Markup

from harness.comparison import TASK_PREFIX
from harness.histograms import Histogram, decode, merge
from reports.lane_style import LaneStyle, lane_styles
from reports.quantile_picture import quantile_picture
from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import MISSING, duration, spoken

#: The share, its name, and the samples from which it is shown (ten above it at p90 and below, one in 1/(1−q) beyond).
PERCENTILES = ((0.5, "p50", 2), (0.9, "p90", 10), (0.99, "p99", 100), (0.999, "p99.9", 1000))


def build(run: StoredRun) -> Section | None:
    styles = lane_styles(run.lanes, run.baseline)
    groups = [
        (f"{scenario} on {target}", [_panel(operation, merged, styles) for operation, merged in operations.items()])
        for scenario, target in run.compared
        if (operations := _merged(run, scenario, target))
    ]
    if not groups:
        return None
    body = fill("sections/latency.html.j2", groups=groups, styles=list(styles.values()))
    return Section(anchor="latency", title="Response times", body=body)


def _merged(run: StoredRun, scenario: str, target: str) -> dict[str, dict[str, Histogram]]:
    """Operation → lane → all rounds together."""
    by_lane = {lane: run.trials_of(scenario, target, lane) for lane in run.lanes}
    names = dict.fromkeys(o for trials in by_lane.values() for t in trials for o in t["operations"])
    return {
        name: {lane: found for lane, trials in by_lane.items() if (found := _lane(trials, name))}
        for name in names
        if not name.startswith(TASK_PREFIX)
    }


def _lane(trials: Sequence[Json], operation: str) -> Histogram | None:
    recorded = [t["operations"][operation] for t in trials if operation in t["operations"]]
    found = merge(decode(one["response"]) for one in recorded if one.get("response"))
    return found if found and found.total else None


def _panel(
    operation: str, lanes: Mapping[str, Histogram], styles: Mapping[str, LaneStyle]
) -> tuple[str, Markup, Markup]:
    rows = [{"lane": lane, "samples": f"{h.total:,}"} | _shown(h) for lane, h in lanes.items()]
    return (
        spoken(operation),
        quantile_picture(f"latency-{operation}", spoken(operation), lanes, styles),
        table(pd.DataFrame(rows), "All rounds together"),
    )


def _shown(histogram: Histogram) -> dict[str, str]:
    return {
        name: duration(histogram.quantile(share)) if histogram.total >= least else MISSING
        for share, name, least in PERCENTILES
    }
