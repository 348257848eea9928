"""Telling: a conformance as a table for people, and as JSON for machines."""

from typing import Any

from rich.table import Table
from rich.text import Text

from harness.conform.conforming import Conformance

_MARKS = {"pass": "✓", "fail": "✗", "not run": "–"}


def table_of(found: Conformance) -> Table:
    """A row a check, in the order in which they were tried."""
    table = Table(box=None, pad_edge=False)
    for column in ("check", "", "seen"):
        table.add_column(column, overflow="fold")
    for one in found.checks:
        # as it is: a server's words may look like markup
        table.add_row(one.check, f"{_MARKS[one.state]} {one.state}", Text(one.seen))
    return table


def verdict_of(found: Conformance) -> str:
    """One line; what deviates comes with its promise, since that is what the server breaks."""
    counts = {state: sum(one.state == state for one in found.checks) for state in _MARKS}
    said = f"{counts['pass']} of {len(found.checks)} checks pass"
    if counts["not run"]:
        said += f", {counts['not run']} could not be tried"
    if not found.deviations and not found.conforms:
        said += ", so it is not known whether it conforms"
    broken = "".join(f"\n{one.check} promises: {one.promise}" for one in found.deviations)
    return f"{' and '.join(found.urls)}: {said} ({found.took_s:.1f} s).{broken}"


def as_dict(found: Conformance) -> dict[str, Any]:
    checks = [
        {"check": one.check, "promise": one.promise, "state": one.state, "seen": one.seen} for one in found.checks
    ]
    return {"urls": found.urls, "conforms": found.conforms, "took_s": round(found.took_s, 3), "checks": checks}
