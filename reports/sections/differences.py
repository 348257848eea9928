"""Differences: at which quantiles of response time each lane differs from the baseline, and how surely."""

import pandas as pd
from markupsafe import Markup

from reports.difference_picture import difference_picture
from reports.lane_style import lane_styles
from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import duration, ratio, spoken


def build(run: StoredRun) -> Section | None:
    panels: dict[tuple[str, str, str], dict[str, list[Json]]] = {}
    for row in run.summary.get("quantile_differences") or ():
        subject = (row["scenario"], row["target"], row["operation"])
        panels.setdefault(subject, {}).setdefault(row["candidate"], []).append(row)
    if not panels:
        return None
    styles = lane_styles(run.lanes, run.baseline)
    shown = [
        (
            f"{spoken(operation)} ({scenario} on {target})",
            difference_picture(f"differences-{number}-{operation}", operation, lanes, styles),
            difference_table([row for rows in lanes.values() for row in rows], ("baseline", "lane's")),
        )
        for number, ((scenario, target, operation), lanes) in enumerate(panels.items())
    ]
    body = fill(
        "sections/differences.html.j2",
        panels=shown,
        styles=[style for lane, style in styles.items() if lane != run.baseline],
    )
    return Section(anchor="differences", title="Differences by quantile", body=body)


def difference_table(rows: list[Json], sides: tuple[str, str]) -> Markup:
    """The numbers behind a difference picture; `sides` head the two values."""
    cells = [
        {
            "lane": row["candidate"],
            "quantile": f"p{100 * row['quantile']:g}" + ("" if row["judged"] else " (shown, not judged)"),
            sides[0]: duration(row["baseline_us"]),
            sides[1]: duration(row["candidate_us"]),
            "ratio": ratio(row["ratio"]),
            "interval": f"{ratio(row['ratio_low'])} to {ratio(row['ratio_high'])}",
        }
        for row in rows
    ]
    return table(pd.DataFrame(cells), "Medians over rounds; ratio and interval over rounds")
