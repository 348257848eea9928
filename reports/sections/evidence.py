"""Evidence: what the database says of each operation, and the clocks that don't decide."""

from reports.matrix import verdict_matrix
from reports.recommended import different_guarantees
from reports.section import Section, fill
from reports.sections.verdicts import NAMES
from reports.stored_run import StoredRun


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
    if not tables:
        return None
    return Section(
        anchor="evidence", title="What the database says", body=fill("sections/evidence.html.j2", tables=tables)
    )
