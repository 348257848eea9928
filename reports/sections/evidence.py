"""Evidence: what the database says of each operation, and the clocks that don't decide."""

from collections.abc import Iterator

import pandas as pd

from harness.judging.metrics import METRICS
from reports.matrix import verdict_matrix
from reports.recommended import different_guarantees
from reports.section import Section, fill
from reports.sections.verdicts import NAMES
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import amount, spoken, value

#: Metrics that the database counts, with their columns' names.
COLUMNS = {"exec_us_per_call": "execution", "blocks_per_call": "blocks", "wal_bytes_per_call": "WAL"}


def build(run: StoredRun) -> Section | None:
    effect = run.summary["experiment"].get("minimum_effect", 0.05)
    tables = []
    for metric in run.metrics(primary=False):
        for scenario, target in run.compared:
            findings = run.findings(scenario, target, metric)
            told = {f["operation"] for f in findings if f["baseline_value"] or f["candidate_value"]}
            if told:
                kept = [f for f in findings if f["operation"] in told]
                caption = f"{scenario} on {target}: {NAMES.get(metric, metric)}"
                tables.append(
                    verdict_matrix(
                        kept,
                        run.lanes,
                        minimum_effect=effect,
                        caption=caption,
                        gaps=different_guarantees(run),
                        compact=True,
                    )
                )
    tables += [table(frame, caption) for caption, frame in _measured(run)]
    if not tables:
        return None
    return Section(
        anchor="evidence",
        title="What the database says",
        body=fill("sections/evidence.html.j2", tables=tables, judged=bool(run.compared)),
    )


def _measured(run: StoredRun) -> Iterator[tuple[str, pd.DataFrame]]:
    """Of scenarios that ran for their numbers: a row an operation, without a verdict."""
    rows = run.summary.get("measured") or []
    for scenario, target in dict.fromkeys((row["scenario"], row["target"]) for row in rows):
        own = [row for row in rows if (row["scenario"], row["target"]) == (scenario, target) and _counted(row)]
        if own:
            yield f"{scenario} on {target}: each call's cost, not judged", pd.DataFrame([_cells(row) for row in own])


def _counted(row: Json) -> bool:
    return any(row[name] is not None for name in COLUMNS)


def _cells(row: Json) -> dict[str, str]:
    return {"lane": row["lane"], "operation": spoken(row["operation"]), "calls": amount(row["samples"])} | {
        column: value(row[name], METRICS[name].unit) for name, column in COLUMNS.items()
    }
