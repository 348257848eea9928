"""The tables of an audit: findings, plans, and indexes to try with how to measure them."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from harness.evidence.plan_words import lines
from harness.lint.audit import Audit
from harness.lint.candidate import Candidate
from harness.lint.plan import Plan
from harness.lint.snippet import snippet


def told(audit: Audit, *, extends: str = "baseline") -> Iterator[RenderableType]:
    """Everything, in the order in which it is read."""
    yield Text(heading(audit), style="bold")
    if audit.findings:
        yield findings_table(audit)
    for note in audit.notes:
        yield Text(f"note: {note}")
    if audit.plans:
        yield plans_table(audit.plans)
    for candidate in audit.candidates:
        yield Text()
        yield Text(_candidate(candidate, extends), no_wrap=False)


def heading(audit: Audit) -> str:
    count, indexes = len(audit.findings), len(audit.schema.indexes)
    given = sum(finding.bytes or 0 for finding in audit.findings if finding.advice == "drop")
    size = f", {given / 1e6:,.1f} MB to gain" if given else ""
    return (
        f"{audit.server} at {audit.address}: {len(audit.schema.tables)} tables, {indexes} indexes, "
        f"{count} findings{size}; scans counted over {audit.counted_for}"
    )


def findings_table(audit: Audit) -> Table:
    table = Table(box=None, pad_edge=False, title="Lint", title_justify="left")
    for column in ("rule", "subject", "table", "kB", "seen", "remedy"):
        table.add_column(column, overflow="fold", justify="right" if column == "kB" else "left")
    for finding in audit.findings:
        size = "" if finding.bytes is None else f"{finding.bytes / 1000:,.0f}"
        remedy = f"{finding.advice}: {finding.remedy}"
        table.add_row(finding.rule, finding.subject, finding.table, size, finding.seen, remedy)
    return table


def plans_table(plans: list[Plan]) -> Table:
    executed = any(plan.execution_ms is not None for plan in plans)
    table = Table(box=None, pad_edge=False, title="Plans", title_justify="left")
    for column in ("operation", "cost", *(("ms", "blocks") if executed else ()), "plan"):
        table.add_column(column, overflow="fold", justify="left" if column in ("operation", "plan") else "right")
    for plan in plans:
        measured = (_number(plan.execution_ms, 2), _number(plan.blocks, 0)) if executed else ()
        tree = "\n".join("  " * depth + text for depth, text in lines(plan.tree))
        table.add_row(plan.operation, f"{plan.cost:,.0f}", *measured, tree)
    return table


def _candidate(candidate: Candidate, extends: str) -> str:
    made = snippet(candidate, extends)
    size = "" if candidate.bytes is None else f" -- about {candidate.bytes / 1e6:,.1f} MB, and an entry more per write"
    replaces = f"\n  makes needless: {', '.join(candidate.replaces)}" if candidate.replaces else ""
    gains = "".join(f"\n  {operation}: {gain}" for operation, gain in candidate.gains.items())
    toml = "".join(f"\n    {line}" for line in made.toml.splitlines())
    sql = "".join(f"\n    {line}" for line in made.sql.splitlines())
    return (
        f"Try: {candidate.concurrent_sql}{size}{gains}{replaces}\n"
        f"  as a variant, variants/{made.name}.toml:{toml}\n"
        f"  sql/{made.sql_path}:{sql}\n"
        f"  chatbench compare --variants {extends},{made.name}"
    )


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"
