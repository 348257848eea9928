"""Gate: which changes of a history a CI should stop at; pure."""

from collections.abc import Sequence

from harness.history.changes import FEWEST, Change
from harness.history.series import Series

#: change: any; worse: the cost rose.
KINDS = ("change", "worse")


def held_up(every: Sequence[Series], kind: str, *, recent: int) -> list[tuple[Series, Change]]:
    """Changes of this kind that began within a series' last `recent` runs: an older one was seen, or accepted."""
    return [
        (series, change)
        for series in every
        for change in series.changes
        if not series.is_past and len(series.values) - change.index <= recent and (kind == "change" or change.ratio > 1)
    ]


def all_well(every: Sequence[Series], kind: str, *, recent: int) -> str:
    """That nothing is held up, and of how many series nothing could be."""
    current = [series for series in every if not series.is_past]
    short = sum(len(series.values) < FEWEST for series in current)
    did = "became worse" if kind == "worse" else "changed"
    early = f"; {short} with fewer than {FEWEST} runs, in which no change can be seen yet" if short else ""
    return f"none of {len(current)} series {did} within its last {recent} runs{early}"
