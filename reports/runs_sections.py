"""The sections of the page of two runs: the same matrix and pictures as a single run's, before against after."""

from collections.abc import Mapping, Sequence

import pandas as pd
from markupsafe import Markup

from harness.statistics.estimate import ALPHA
from harness.statistics.histograms import merge
from harness.stored_runs.distributions import AFTER, BEFORE
from harness.stored_runs.sides import by_round, histograms_of
from reports.difference_picture import difference_picture
from reports.lane_style import LaneStyle, lane_styles
from reports.matrix import verdict_matrix
from reports.quantile_picture import quantile_picture
from reports.section import Section, fill
from reports.sections.differences import difference_table
from reports.sections.latency import PERCENTILES
from reports.sections.verdicts import NAMES
from reports.stored_run import Json
from reports.tables import table
from reports.two_runs import TwoRuns
from reports.wording import amount, duration, level, spoken

Panel = tuple[str, Markup, Markup]


def verdicts(runs: TwoRuns) -> Section | None:
    return _matrices(runs, "verdicts", "Verdicts", is_primary=True)


def others(runs: TwoRuns) -> Section | None:
    return _matrices(runs, "others", "Other metrics", is_primary=False)


def _matrices(runs: TwoRuns, anchor: str, title: str, *, is_primary: bool) -> Section | None:
    effect = runs.summary["minimum_effect"]
    tables = [
        verdict_matrix(
            findings,
            runs.variants,
            minimum_effect=effect,
            caption=f"{scenario} on {target}: {NAMES.get(metric, spoken(metric))}, after ÷ before",
            has_baseline=False,
        )
        for (metric, scenario, target), findings in runs.tables(primary=is_primary).items()
    ]
    if not tables:
        return None
    body = fill("sections/verdicts.html.j2", tables=tables, minimum_effect=effect, mixed=(), level=level(ALPHA))
    return Section(anchor=anchor, title=title, body=body)


def curves(runs: TwoRuns) -> Section | None:
    """Both runs' response times, where both have histograms."""
    styles = lane_styles([BEFORE, AFTER], BEFORE)
    groups = [(variant, [_curves(runs, variant, subject, styles) for subject in own]) for variant, own in _by(runs)]
    if not groups:
        return None
    body = fill("two_runs/latency.html.j2", groups=groups, styles=list(styles.values()), sides=runs.summary["runs"])
    return Section(anchor="latency", title="Response times", body=body)


def _by(runs: TwoRuns) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Variant → (scenario, target, operation) that both runs recorded."""
    rows = runs.summary["latencies"]
    return [
        (v, list(dict.fromkeys((r["scenario"], r["target"], r["operation"]) for r in rows if r["variant"] == v)))
        for v in dict.fromkeys(row["variant"] for row in rows)
    ]


def _curves(runs: TwoRuns, variant: str, subject: tuple[str, str, str], styles: Mapping[str, LaneStyle]) -> Panel:
    scenario, target, operation = subject
    sides = {
        name: histograms_of(by_round(run, variant, scenario, target), operation)
        for name, run in ((BEFORE, runs.before), (AFTER, runs.after))
    }
    merged = {name: whole for name, ones in sides.items() if (whole := merge(ones))}
    picture = quantile_picture(
        f"latency-{variant}-{scenario}-{target}-{operation}", spoken(operation), merged, styles, rounds=sides
    )
    wanted = (variant, *subject)
    rows = [
        row
        for row in runs.summary["latencies"]
        if (row["variant"], row["scenario"], row["target"], row["operation"]) == wanted
    ]
    return f"{spoken(operation)} ({scenario} on {target})", picture, _percentiles(rows)


def _percentiles(rows: Sequence[Json]) -> Markup:
    cells = [
        {"run": row["side"], "samples": amount(row["samples"])}
        | {name.replace("_", "."): duration(row[f"{name}_us"]) for name in PERCENTILES}
        for row in rows
    ]
    return table(pd.DataFrame(cells), "Response time, all rounds together")


def differences(runs: TwoRuns) -> Section | None:
    """After ÷ before at each quantile, a line for each variant."""
    panels: dict[tuple[str, str, str], dict[str, list[Json]]] = {}
    for row in runs.summary["quantile_differences"]:
        subject = (row["scenario"], row["target"], row["operation"])
        panels.setdefault(subject, {}).setdefault(row["variant"], []).append({**row, "candidate": row["variant"]})
    if not panels:
        return None
    # no variant is the baseline here, so each has a colour
    styles = lane_styles(runs.variants, "")
    shown = [
        (
            f"{spoken(operation)} ({scenario} on {target})",
            difference_picture(f"differences-{number}-{operation}", operation, lanes, styles, shown="After ÷ before"),
            difference_table([row for rows in lanes.values() for row in rows], ("before", "after")),
        )
        for number, ((scenario, target, operation), lanes) in enumerate(panels.items())
    ]
    body = fill("two_runs/differences.html.j2", panels=shown, styles=list(styles.values()))
    return Section(anchor="differences", title="Differences by quantile", body=body)


def unlike(runs: TwoRuns) -> Section:
    rows = [{key: str(row[key]) for key in ("part", "fact", "a", "b")} for row in runs.summary["unlike"]]
    title = "In what the runs differ"
    body = table(pd.DataFrame(rows), title) if rows else Markup("<p>In nothing that is recorded.</p>")
    return Section(anchor="unlike", title=title, body=body)
