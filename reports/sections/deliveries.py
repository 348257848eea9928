"""Deliveries: what became of each message on its way to each socket."""

import pandas as pd

from reports.section import Section
from reports.stored_run import StoredRun
from reports.tables import table
from reports.wording import amount, duration


def build(run: StoredRun) -> Section | None:
    rows = [
        {
            "scenario": f"{d['scenario']} on {d['target']}",
            "lane": d["lane"],
            "expected": amount(d["expected"]),
            "received": amount(d["received"]),
            "lost": amount(d["lost"]),
            "duplicated": amount(d["duplicated"]),
            "late": amount(d.get("late")),
            "p50": duration(d["p50_us"]),
            "p99": duration(d["p99_us"]),
        }
        for d in run.summary["deliveries"]
    ]
    if not rows:
        return None
    caption = (
        "From the intended start of each send to the receiving socket; every device of the receiver is one delivery"
    )
    return Section(anchor="deliveries", title="Fan-out deliveries", body=table(pd.DataFrame(rows), caption))
