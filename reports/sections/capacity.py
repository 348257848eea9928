"""Capacity: what the generator can do here, each lane's highest rate in time, and latency against offered load."""

import pandas as pd

from reports.capacity_picture import capacity_picture
from reports.lane_style import lane_styles
from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import MISSING, amount, duration


def build(run: StoredRun) -> Section | None:
    ceilings, curves = run.summary.get("ceiling") or [], run.summary.get("capacity") or []
    if not ceilings and not curves:
        return None
    searched = {curve["lane"] for curve in curves}
    body = fill(
        "sections/capacity.html.j2",
        ceilings=[one | {"offered_per_s": _rate(run, one["scenario"])} for one in ceilings],
        panels=_panels(run, curves),
        styles=[style for lane, style in lane_styles(run.lanes, run.baseline).items() if lane in searched],
        lanes=table(pd.DataFrame([_row(curve) for curve in curves]), "Capacity of each lane") if curves else None,
    )
    return Section(anchor="capacity", title="Capacity and offered load", body=body)


def _panels(run: StoredRun, curves: list[Json]) -> list[tuple[str, object]]:
    styles = lane_styles(run.lanes, run.baseline)
    subjects = dict.fromkeys((curve["scenario"], curve["target"]) for curve in curves)
    return [
        (f"{scenario} on {target}", capacity_picture(f"capacity-{number}", ours, styles, _rate(run, scenario)))
        for number, (scenario, target) in enumerate(subjects)
        if (ours := [curve for curve in curves if (curve["scenario"], curve["target"]) == (scenario, target)])
    ]


def _rate(run: StoredRun, scenario: str) -> float | None:
    loads = run.summary["experiment"]["scenarios"]
    return next((load.get("rate_per_s") for load in loads if load["name"] == scenario), None)


def _row(curve: Json) -> dict[str, str]:
    refused = [point["why"] for point in curve["points"] if not point["holds"]]
    capacity, too_much = curve["capacity_per_s"], curve["too_much_per_s"]
    return {
        "scenario": str(curve["scenario"]),
        "lane": str(curve["lane"]),
        "capacity (tasks/s)": "none" if capacity is None else ("" if too_much else "at least ") + amount(capacity),
        "too much (tasks/s)": amount(too_much),
        "knee (tasks/s)": amount(curve["knee_per_s"]),
        "bound on p99": duration(curve["p99_bound_us"]),
        "why no more": str(refused[0]) if refused else MISSING,
    }
