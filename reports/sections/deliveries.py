"""Deliveries: what became of each message on its way to each socket."""

import pandas as pd
from markupsafe import Markup

from harness.statistics.histograms import decode, merge
from reports.lane_style import lane_styles
from reports.quantile_picture import quantile_picture
from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import amount, duration


def build(run: StoredRun) -> Section | None:
    deliveries = run.summary["deliveries"]
    if not deliveries:
        return None
    rows = [
        {"scenario": f"{d['scenario']} on {d['target']}", "lane": d["lane"]}
        | {key: amount(d[key]) for key in ("expected", "received", "lost", "duplicated", "late")}
        | {"p50": duration(d["p50_us"]), "p99": duration(d["p99_us"])}
        for d in deliveries
    ]
    caption = "From the intended start of a send to each receiving socket; every device of the receiver is one delivery"
    kinds = dict.fromkeys((d["scenario"], d["target"]) for d in deliveries)
    body = fill(
        "sections/deliveries.html.j2",
        counts=table(pd.DataFrame(rows), caption),
        verdict=_verdict(deliveries),
        pictures=[picture for kind in kinds if (picture := _picture(run, *kind))],
    )
    return Section(anchor="deliveries", title="Fan-out deliveries", body=body)


def _verdict(deliveries: list[Json]) -> str:
    lost, twice = (sum(d[key] or 0 for d in deliveries) for key in ("lost", "duplicated"))
    if not lost and not twice:
        return "Every expected delivery arrived, once."
    return f"{lost:,} deliveries never arrived and {twice:,} arrived more than once."


def _picture(run: StoredRun, scenario: str, target: str) -> Markup | None:
    lanes = {}
    for lane in run.lanes:
        told = [t["deliveries"] for t in run.trials_of(scenario, target, lane) if t.get("deliveries")]
        latency = merge(decode(one["latency"]) for one in told if one.get("latency"))
        if latency and latency.total:
            lanes[lane] = latency
    styles = lane_styles(run.lanes, run.baseline)
    name = f"{scenario} on {target}"
    return quantile_picture(f"deliveries-{name}", f"deliveries, {name}", lanes, styles, width=8) if lanes else None
