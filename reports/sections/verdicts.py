"""Verdicts: the primary metrics, operation by operation."""

from harness.mixing import texts_of
from reports.matrix import verdict_matrix
from reports.recommended import different_guarantees
from reports.section import Section, fill
from reports.stored_run import StoredRun
from reports.wording import level

NAMES = {
    "response_p50_us": "median response time, from the intended start",
    "response_p99_us": "99th percentile of response time, from the intended start",
    "service_p50_us": "median service time, from the actual start",
    "exec_us_per_call": "execution time in the database per call",
    "blocks_per_call": "8 kB blocks touched per call",
    "wal_bytes_per_call": "WAL written per call, without full-page images",
}


def build(run: StoredRun) -> Section | None:
    effect = run.summary["experiment"].get("minimum_effect", 0.05)
    tables = [
        verdict_matrix(
            run.findings(scenario, target, metric),
            run.lanes,
            minimum_effect=effect,
            gaps=different_guarantees(run),
            caption=f"{scenario} on {target}: {NAMES.get(metric, metric)}",
        )
        for metric in run.metrics(primary=True)
        for scenario, target in run.compared
        if run.findings(scenario, target, metric)
    ]
    if not tables:
        return None
    return Section(
        anchor="verdicts",
        title="Verdicts",
        body=fill(
            "sections/verdicts.html.j2",
            tables=tables,
            minimum_effect=effect,
            mixed=texts_of(run.manifest),
            level=level(run.alpha),
        ),
    )
