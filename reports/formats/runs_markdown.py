"""Markdown of two compared runs: what changed, operation by operation, for a pull-request comment."""

from collections.abc import Iterator, Sequence

from harness.judging.fail_on import Check
from reports.formats.markdown import MOST_ROWS, cell, gate_lines, plain
from reports.recommended import METRICS
from reports.runs_page import lead_of, question_of
from reports.stored_run import Json
from reports.two_runs import TwoRuns
from reports.wording import spoken, value


def runs_markdown(runs: TwoRuns, checks: Sequence[Check]) -> str:
    """GitHub's flavour."""
    return "\n".join(_lines(runs, checks)) + "\n"


def _lines(runs: TwoRuns, checks: Sequence[Check]) -> Iterator[str]:
    lead = lead_of(runs.summary)
    yield f"### {plain(question_of(runs.summary))}"
    yield f"\n**{plain(lead.lead)}** {plain(lead.detail)}\n"
    yield from (f"> ⚠️ {plain(warning)}\n" for warning in lead.warnings)
    yield from gate_lines(checks)
    for (metric, scenario, target), findings in runs.tables(primary=True).items():
        yield f"{plain(scenario)} on {plain(target)}, {METRICS.get(metric, spoken(metric))}, after ÷ before:\n"
        yield "| operation | variant | before | after | |"
        yield "|---|---|--:|--:|---|"
        yield from (_row(finding) for finding in findings[:MOST_ROWS])
        if len(findings) > MOST_ROWS:
            yield f"\n{len(findings) - MOST_ROWS} more rows are in the page."
        yield ""
    yield f"<sub>chatbench: {plain(runs.summary['run_id'])}, which share no rounds; intervals are Welch's.</sub>"


def _row(finding: Json) -> str:
    before, after = (value(finding[key], finding["unit"]) for key in ("baseline_value", "candidate_value"))
    return f"| {spoken(finding['operation'])} | {plain(finding['variant'])} | {before} | {after} | {cell(finding)} |"
