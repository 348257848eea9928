"""The text of an audit: findings, plans, and indexes to try with how to measure them."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from harness.evidence.plan_tree import hash_of
from harness.evidence.plan_words import lines
from harness.lint.audit import Audit
from harness.lint.candidate import Candidate
from harness.lint.finding import Finding
from harness.lint.plan import Plan
from harness.lint.snippet import Snippet

_KB, _MB = 1000, 1_000_000


def told(audit: Audit, folder: Path = Path()) -> Iterator[RenderableType]:
    """Everything, in the order in which it is read; suggestions are written into the folder."""
    yield Text(heading(audit), style="bold")
    if audit.findings:
        yield findings_table(audit.findings)
    for note in audit.notes:
        yield Text(f"note: {note}")
    if audit.plans:
        yield plans_table(audit.plans)
    for candidate, made in audit.tried():
        yield Text()
        yield Text(_candidate(candidate, made, audit.extends, folder))


def heading(audit: Audit) -> str:
    given = sum(finding.bytes or 0 for finding in audit.findings if finding.advice == "drop")
    gain = f", {_size(given)} to gain" if given else ""
    return (
        f"{audit.server} at {audit.address}: {len(audit.schema.tables)} tables, {len(audit.schema.indexes)} indexes, "
        f"{len(audit.findings)} findings{gain}; scans counted over {audit.counted_for}"
    )


def findings_table(findings: list[Finding]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("rule", "size", "what is seen, and what to do"):
        table.add_column(column, overflow="fold", justify="right" if column == "size" else "left")
    for finding in findings:
        said = f"{finding.subject} on {finding.table}: {finding.seen}\n{finding.advice}: {finding.remedy}"
        table.add_row(finding.rule.replace("_", " "), "" if finding.bytes is None else _size(finding.bytes), said)
    return table


def plans_table(plans: list[Plan]) -> Table:
    """Operations whose plans have one shape stand together, with the dearest's figures."""
    executed = any(plan.execution_ms is not None for plan in plans)
    table = Table(box=None, pad_edge=False)
    for column in ("cost", *(("ms", "blocks") if executed else ()), "plan of"):
        table.add_column(column, overflow="fold", justify="left" if column == "plan of" else "right")
    alike: dict[str, list[Plan]] = {}
    for plan in plans:
        alike.setdefault(plan.sql + hash_of(plan.tree), []).append(plan)
    for same in alike.values():
        dearest = max(same, key=lambda plan: plan.cost)
        measured = (_number(dearest.execution_ms, 2), _number(dearest.blocks, 0)) if executed else ()
        table.add_row(f"{dearest.cost:,.0f}", *measured, _plan(dearest, len(same) - 1))
    return table


def _plan(plan: Plan, more: int) -> str:
    name = plan.operation + (f" and {more} more" if more else "")
    return "\n".join([name, *("  " * (depth + 1) + text for depth, text in lines(plan.tree))])


def _candidate(candidate: Candidate, made: Snippet, extends: str, folder: Path) -> str:
    size = "" if candidate.bytes is None else f" -- about {_size(candidate.bytes)}, and an entry more per write"
    gains = "".join(f"\n  {gain}: {', '.join(names)}" for gain, names in _by_gain(candidate).items())
    needless = f"\n  makes needless: {', '.join(candidate.replaces)}" if candidate.replaces else ""
    return (
        f"Try: {candidate.concurrent_sql}{size}{gains}{needless}\n"
        f"  as a variant, {made.name}/variant.toml:{_indented(made.toml)}\n"
        f"  {made.name}/{made.sql_path}:{_indented(made.sql)}\n"
        f"  chatbench compare --variants {extends},{_typed(folder / made.name)}"
    )


def _typed(folder: Path) -> str:
    """A path that is no variant's name."""
    return str(folder) if folder.is_absolute() else f"./{folder}"


def _by_gain(candidate: Candidate) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for operation, gain in candidate.gains.items():
        found.setdefault(gain, []).append(operation)
    return found


def _indented(text: str) -> str:
    return "".join(f"\n    {line}" for line in text.splitlines())


def _size(count: int) -> str:
    return f"{count / _MB:,.1f} MB" if count >= _MB else f"{count / _KB:,.0f} kB"


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"
