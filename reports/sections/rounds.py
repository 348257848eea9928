"""Rounds: values in time order, what stood out, how even the order was, and when a sequential run ended."""

from collections.abc import Mapping

import pandas as pd
from markupsafe import Markup

from harness.judging.limited import LIMITED
from reports.lane_style import LaneStyle, lane_styles
from reports.round_picture import round_picture
from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import MISSING, ratio, spoken

#: The order has a sentence of its own; what a server keeps back is no round's.
_TOLD_ELSEWHERE = ("order", LIMITED)


def build(run: StoredRun) -> Section | None:
    values = [one for one in run.summary.get("round_values") or () if len(one["rounds"]) > 1]
    if not values and not run.summary.get("warnings"):
        return None
    styles = lane_styles(run.lanes, run.baseline)
    body = fill(
        "sections/rounds.html.j2",
        order=run.summary.get("order"),
        sequential=run.summary.get("sequential"),
        warnings=[one for one in run.summary.get("warnings") or () if one["kind"] not in _TOLD_ELSEWHERE],
        panels=[(_title(one), _picture(number, one, run, styles)) for number, one in enumerate(values)],
        styles=list(styles.values()),
        drift=_drift(run),
        interactions=_interactions(run),
    )
    return Section(anchor="rounds", title="Rounds in time order", body=body)


def _title(one: Json) -> str:
    return f"{spoken(one['operation'])}, {one['metric']} ({one['scenario']} on {one['target']})"


def _picture(number: int, one: Json, run: StoredRun, styles: Mapping[str, LaneStyle]) -> Markup:
    odd = [
        (warning["round"], warning["lane"])
        for warning in run.summary.get("warnings") or ()
        if warning.get("scenario") == one["scenario"] and one["operation"] in warning.get("operations", ())
    ]
    return round_picture(f"rounds-{number}-{one['operation']}", one, styles, odd)


def _drift(run: StoredRun) -> Markup | None:
    rows = [
        {
            "operation": spoken(row["operation"]),
            "lane": row["candidate"],
            "trend a round": f"{100 * row['slope_per_round']:+.2f} %",
            "p": f"{row['trend_p']:.3f}",
            "p, corrected": f"{row['trend_p_adjusted']:.3f}",
            "lag-1 correlation": MISSING if row["lag1"] is None else f"{row['lag1']:+.2f}",
            "its p, corrected": MISSING if row["lag1_p_adjusted"] is None else f"{row['lag1_p_adjusted']:.3f}",
        }
        for row in run.summary.get("drift") or ()
    ]
    return table(pd.DataFrame(rows), "Trend and serial correlation of the paired ratios") if rows else None


def _interactions(run: StoredRun) -> Markup | None:
    rows = [
        {
            "operation": spoken(row["operation"]),
            "metric": row["metric"],
            "changes": f"{row['first']} × {row['second']}",
            "both ÷ product of each": ratio(row["ratio"]),
            "interval": f"{ratio(row['ratio_low'])} to {ratio(row['ratio_high'])}",
            "answer": row["answer"],
        }
        for row in run.summary.get("interactions") or ()
    ]
    return table(pd.DataFrame(rows), "Two changes together against what each alone would add up to") if rows else None
