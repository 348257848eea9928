"""Gate: which changes of a history a CI should stop at; pure."""

from collections.abc import Sequence

from harness.history.changes import Change
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
