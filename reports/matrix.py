"""The verdict matrix: operations × lanes of one metric, each cell a ratio, its interval and its verdict."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from harness.rounds import AGAIN
from harness.statistics.estimate import ALPHA
from reports.interval_picture import interval_picture
from reports.section import fill
from reports.stored_run import Json
from reports.wording import value

#: Shapes beside the words: a cost that goes down, up, stays, or is not known.
SHAPES = {"better": "▼", "worse": "▲", "equivalent": "=", "unresolved": "?"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One finding."""

    finding: Json
    shape: str
    picture: Markup | None
    #: Both sides' values, where the columns share no baseline.
    values: str | None = None
    #: Why it has no ratio, as short as it can be said; the whole is its title.
    why: str | None = None


def verdict_matrix(
    findings: Sequence[Json],
    lanes: Sequence[str],
    *,
    minimum_effect: float,
    caption: str,
    gaps: Collection[str] = (),
    compact: bool = False,
    has_baseline: bool = True,
) -> Markup:
    """The table's HTML; lanes of `gaps` are labelled, `compact` leaves the interval pictures out.

    Without a baseline that the lanes share each cell tells both values.
    """
    operations = list(dict.fromkeys(f["operation"] for f in findings))
    by_place = {(f["operation"], f["candidate"]): f for f in findings}
    present = [lane for lane in lanes if any(f["candidate"] == lane for f in findings)]
    columns = sorted(present, key=lambda lane: lane.endswith(AGAIN))  # candidates first, the A/A lane last
    rows = [
        (
            operation,
            next(f for f in findings if f["operation"] == operation),
            [_cell(by_place.get((operation, lane)), minimum_effect, compact, has_baseline) for lane in columns],
        )
        for operation in operations
    ]
    shown = {"gaps": gaps, "caption": caption, "compact": compact, "has_baseline": has_baseline}
    return fill("matrix.html.j2", rows=rows, columns=columns, **shown)


def _cell(finding: Json | None, minimum_effect: float, compact: bool, has_baseline: bool) -> Cell | None:  # noqa: FBT001 - the table's
    if finding is None:
        return None
    picture = None
    if finding["ratio"] is not None and not compact:
        picture = interval_picture(
            ratio=finding["ratio"],
            low=finding["ratio_low"],
            high=finding["ratio_high"],
            minimum_effect=minimum_effect,
            noise_floor=finding["noise_floor"],
            verdict=finding["verdict"],
            alpha=finding.get("alpha") or ALPHA,
        )
    values = None if has_baseline else _both(finding)
    why = (finding["why"] or "").partition("; ")[0].partition(": ")[0] or None
    return Cell(finding=finding, shape=SHAPES[finding["verdict"]], picture=picture, values=values, why=why)


def _both(finding: Json) -> str:
    before, after = (value(finding[key], finding["unit"]) for key in ("baseline_value", "candidate_value"))
    return f"{before} → {after}"
