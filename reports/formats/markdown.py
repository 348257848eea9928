"""Markdown: the run in a pull-request comment: question, recommendation, verdicts, gates, what to keep in mind."""

import re
from collections.abc import Iterator, Sequence

from harness.judging.fail_on import Check
from harness.rounds import AGAIN
from reports.conclusion import conclude
from reports.matrix import SHAPES
from reports.recommended import METRICS
from reports.stored_run import Json, StoredRun
from reports.wording import amount, ratio, spoken, value

#: A comment may hold 65,536 characters; the page has the rest.
MOST_ROWS = 80


def markdown(run: StoredRun, checks: Sequence[Check]) -> str:
    """GitHub's flavour."""
    return "\n".join(_lines(run, checks)) + "\n"


def _lines(run: StoredRun, checks: Sequence[Check]) -> Iterator[str]:
    conclusion = conclude(run)
    yield f"### {plain(run.question)}"
    yield f"\n**{plain(conclusion.lead)}** {plain(conclusion.detail)}\n"
    yield from (f"> ⚠️ {plain(warning)}\n" for warning in conclusion.warnings)
    yield from gate_lines(checks)
    for metric in run.metrics(primary=True):
        for scenario, target in run.compared:
            yield from _table(run, run.findings(scenario, target, metric))
    yield from _hypotheses(run)
    yield _footer(run)


def gate_lines(checks: Sequence[Check]) -> Iterator[str]:
    """The broken gates, or that all hold."""
    broken = [check for check in checks if check.broken]
    for check in broken:
        yield f"- ❌ `{check.gate.text}`: {plain(str(check.broken))}"
    if checks and not broken:
        yield f"- ✅ {', '.join(dict.fromkeys(f'`{check.gate.text}`' for check in checks))}"
    if checks:
        yield ""


def _table(run: StoredRun, findings: Sequence[Json]) -> Iterator[str]:
    if not findings:
        return
    columns = (*run.summary["experiment"]["candidates"], run.baseline + AGAIN)
    lanes = [lane for lane in columns if any(f["candidate"] == lane for f in findings)]
    first = findings[0]
    name = METRICS.get(first["metric"], spoken(first["metric"]))
    yield f"{plain(first['scenario'])} on {plain(first['target'])}, {name}:\n"
    yield f"| operation | {run.baseline} | {' | '.join(plain(lane) for lane in lanes)} |"
    yield f"|---|--:|{'---|' * len(lanes)}"
    operations = list(dict.fromkeys(f["operation"] for f in findings))
    for operation in operations[:MOST_ROWS]:
        own = {f["candidate"]: f for f in findings if f["operation"] == operation}
        base = value(next(iter(own.values()))["baseline_value"], first["unit"])
        yield f"| {spoken(operation)} | {base} | {' | '.join(cell(own.get(lane)) for lane in lanes)} |"
    if len(operations) > MOST_ROWS:
        yield f"\n{len(operations) - MOST_ROWS} more operations are in the page."
    yield ""


def cell(finding: Json | None) -> str:
    """Verdict, ratio and interval."""
    if finding is None:
        return "–"
    said = f"{SHAPES[finding['verdict']]} {finding['verdict']}"
    if finding["ratio"] is None:
        return said
    said = f"**{said}**" if finding["verdict"] in ("better", "worse") else said
    return f"{said} {ratio(finding['ratio'])} ({ratio(finding['ratio_low'])} to {ratio(finding['ratio_high'])})"


def _hypotheses(run: StoredRun) -> Iterator[str]:
    for hypothesis in run.summary.get("hypotheses") or ():
        yield f"- **{hypothesis['answer']}**: {plain(hypothesis['claim'])}"


def _footer(run: StoredRun) -> str:
    summary = run.summary
    rows = (summary["dataset"].get("rows") or {}).get("messages")
    size = f", {amount(rows)} messages" if rows else ""
    return (
        f"\n<sub>chatbench, run {plain(summary['run_id'])}: dataset {summary['dataset']['name']}{size}; "
        f"{run.rounds_run} rounds; {len(summary['voided'])} of {len(summary['trials'])} trials void; "
        f"{run.baseline}{AGAIN} is the baseline against itself.</sub>"
    )


def plain(text: str) -> str:
    """Plain text that Markdown and HTML leave alone."""
    return re.sub(r"([\\`*_<>|\[\]])", r"\\\1", str(text)).replace("\n", " ")
