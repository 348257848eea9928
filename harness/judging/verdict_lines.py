"""Verdict lines: a summary as a few lines for a terminal."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from harness.figure import figure, ratio_figure, significant
from harness.rounds import AGAIN

#: Key of a measured row, how a line names it, what it is divided by, and the unit.
_MEASURED = (
    ("response_p50_us", "p50", 1000, " ms"),
    ("response_p99_us", "p99", 1000, " ms"),
    ("exec_us_per_call", "in the database", 1000, " ms"),
    ("blocks_per_call", "blocks", 1, ""),
    ("wal_bytes_per_call", "WAL", 1, " B"),
)
MARKS = {"better": "▼", "worse": "▲", "equivalent": "=", "unresolved": "?"}


def verdict_lines(summary: Mapping[str, Any]) -> list[str]:
    """One line per primary finding of a candidate, then the A/A lane, deliveries and void trials."""
    primary = [finding for finding in summary["findings"] if finding["primary"]]
    again = [finding for finding in primary if finding["candidate"].endswith(AGAIN)]
    disqualified = (summary.get("answers") or {}).get("disqualified") or {}
    judged = [finding for finding in primary if finding not in again and finding["candidate"] not in disqualified]
    others = _other_guarantees(summary)
    width = max((len(finding["candidate"]) for finding in judged), default=0)
    ran = max((trial["round"] for trial in summary["trials"]), default=0)
    lines = [
        finding_line(finding, other_guarantee=finding["candidate"] in others, width=width, ran=ran)
        for finding in judged
    ]
    lines += [f"disqualified, and not judged: {why}" for why in disqualified.values()]
    if again:
        lines.append(_again_line(again))
    lines += [_capacity_line(curve) for curve in summary.get("capacity") or ()]
    lines += [_measured_line(row) for row in summary.get("measured") or ()]
    lines += [_delivery_line(delivery) for delivery in summary["deliveries"]]
    trials, voided = len(summary["trials"]), len(summary["voided"])
    return [*lines, f"{voided} of {trials} trials void" + _void_reasons(summary)] if trials else lines


def _other_guarantees(summary: Mapping[str, Any]) -> set[str]:
    """Lanes that give up what the baseline keeps, or keep what it gives up."""
    gaps = {lane: set(told.get("known_gaps") or ()) for lane, told in summary["variants"].items()}
    ours = gaps.get(summary["experiment"]["baseline"], set())
    return {lane for lane, theirs in gaps.items() if theirs != ours}


def finding_line(finding: Mapping[str, Any], *, other_guarantee: bool = False, width: int = 0, ran: int = 0) -> str:
    """The candidate in a column of its own, `width` wide or wider.

    Of the `ran` rounds fewer may count, and what would resolve a finding is in rounds that do.
    """
    what = f"{finding['operation']:<20} {finding['candidate']:<{max(width, 12)}}"
    counted = f"; {finding['rounds']} of {ran} rounds count" if finding["rounds"] < ran else ""
    note = f"  ({finding['why']}{counted})" if finding["verdict"] == "unresolved" else ""
    gaps = "  [different guarantee]" if other_guarantee else ""
    return f"{what} {_interval(finding):<22} {MARKS[finding['verdict']]} {finding['verdict']}{gaps}{note}"


def _interval(finding: Mapping[str, Any]) -> str:
    if finding["ratio"] is None:
        return "no ratio"
    value, low, high = (ratio_figure(finding[key]) for key in ("ratio", "ratio_low", "ratio_high"))
    return f"×{value} [{low}, {high}]"


def _again_line(again: list[Mapping[str, Any]]) -> str:
    counts = {verdict: sum(f["verdict"] == verdict for f in again) for verdict in MARKS}
    found = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    failed = [f["operation"] for f in again if f["verdict"] in ("better", "worse")]
    warning = f"; noise passed for a change in {', '.join(failed)}" if failed else ""
    return f"A/A, {again[0]['baseline']} against itself: {found}{warning}"


def _capacity_line(curve: Mapping[str, Any]) -> str:
    """The highest rate that held; a search that never broke, or never held, ends where it stopped."""
    held, broke = curve["capacity_per_s"], curve["too_much_per_s"]
    found = f"none down to {figure(broke)}" if held is None else figure(held) if broke else f"at least {figure(held)}"
    bound = f"with p99 under {figure(curve['p99_bound_us'] / 1000)} ms"
    return f"capacity of {curve['lane']}, {curve['scenario']} on {curve['target']}: {found} tasks/s {bound}"


def _measured_line(row: Mapping[str, Any]) -> str:
    """Of a scenario that ran for its numbers; what the trial does not carry is left out."""
    told = [
        f"{name} {significant(row[key] / scale)}{unit}" for key, name, scale, unit in _MEASURED if row[key] is not None
    ]
    subject = f"{row['operation']:<20} {row['lane']:<12} {row['scenario']} on {row['target']}"
    return f"{subject}: {row['samples']:,} calls; {', '.join(told)}"


def _delivery_line(delivery: Mapping[str, Any]) -> str:
    shown = (
        f"{name} {delivery[key] / 1000:.1f} ms" for name, key in (("p50", "p50_us"), ("p99", "p99_us")) if delivery[key]
    )
    counts = ", ".join(f"{delivery[key]} {key}" for key in ("expected", "received", "lost", "duplicated"))
    return f"{delivery['scenario']} deliveries, {delivery['lane']}: {counts}; {', '.join(shown)}"


_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def _void_reasons(summary: Mapping[str, Any]) -> str:
    """Lane by lane: a lane that cannot bear the load is told from a machine that was disturbed."""
    alike: dict[tuple[str, str], list[str]] = {}
    for trial in summary["voided"]:
        alike.setdefault((trial["lane"], _NUMBER.sub("0", trial["reason"])), []).append(trial["reason"])
    most_first = sorted(alike.items(), key=lambda item: -len(item[1]))
    told = [f"{lane} {len(reasons)}×: {_in_one(reasons)}" for (lane, _), reasons in most_first]
    return f": {'; '.join(told)}" if told else ""


def _in_one(reasons: Sequence[str]) -> str:
    """Reasons that differ in their figures only, as one with ranges."""
    columns = iter(zip(*(_NUMBER.findall(reason) for reason in reasons), strict=True))

    def span(_: re.Match[str]) -> str:
        figures = sorted(next(columns), key=float)
        return figures[0] if figures[0] == figures[-1] else f"{figures[0]}–{figures[-1]}"

    return _NUMBER.sub(span, reasons[0])
