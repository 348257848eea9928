"""The table of a verification: each check, its state, and what was seen."""

from rich.table import Table

from harness.verify.finding import Outcome
from harness.verify.verifying import Verification

_MARKS = {"pass": "✓", "fail": "✗", "not run": "–"}


def tables_of(verified: list[Verification]) -> list[Table]:
    """Every check of one; of many a line each, and every check of those that failed."""
    if len(verified) == 1:
        return [verification_table(verified[0])]
    return [*(verification_table(one) for one in verified if one.complaints), overview_table(verified)]


def verification_table(verified: Verification) -> Table:
    table = Table(box=None, pad_edge=False, title=_title(verified), title_justify="left")
    for column in ("check", "", "seen"):
        table.add_column(column, overflow="fold")
    for outcome in verified.outcomes:
        table.add_row(outcome.check, _state(outcome), outcome.seen)
    return table


def overview_table(verified: list[Verification]) -> Table:
    """One line a variant, for many."""
    table = Table(box=None, pad_edge=False)
    for column in ("variant", "", "checks", "known gaps (each fails, as declared)", "s"):
        table.add_column(column, overflow="fold")
    for one in verified:
        passed = sum(outcome.state == "pass" for outcome in one.outcomes)
        state = "✗" if one.complaints else "✓"
        gaps = ", ".join(one.known_gaps) or "none"
        table.add_row(one.name, state, f"{passed}/{len(one.outcomes)} hold", gaps, f"{one.took_s:.1f}")
    return table


def _state(outcome: Outcome) -> str:
    note = " (known gap)" if outcome.declared else ""
    return f"{_MARKS[outcome.state]} {outcome.state}{note}"


def _title(verified: Verification) -> str:
    gaps = ", ".join(verified.known_gaps) or "none"
    states = [outcome.state for outcome in verified.outcomes]
    # neither pass nor failure: "passed" alone would promise what nobody tried
    left = f", {states.count('not run')} of {len(states)} checks not run" if "not run" in states else ""
    return f"{verified.name}: {'FAILED' if verified.complaints else 'passed'}{left} (known gaps: {gaps})"
