"""The page of two compared runs: what changed between them, and in how far they were alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reports import runs_sections
from reports.fitting import fitted
from reports.palette import style_sheet, switchable
from reports.section import Section, fill
from reports.stored_run import Json
from reports.two_runs import TwoRuns
from reports.wording import percent

_FOOTER = (
    "Rounds are the sample, never requests; intervals are Welch's on the logs of the rounds, p corrected by Holm. The "
    "two runs share no rounds, so what changed on the machine between them is in the ratios."
)
#: Each returns None when the runs hold nothing for it.
ORDER: tuple[Callable[[TwoRuns], Section | None], ...] = (
    runs_sections.verdicts,
    runs_sections.curves,
    runs_sections.differences,
    runs_sections.others,
    runs_sections.unlike,
)
_MOST_WARNINGS = 12
#: What a phone shows unfolded.
_IN_SIGHT = ("verdicts", "unlike")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """What stands above everything."""

    lead: str
    detail: str
    warnings: list[str]


def runs_page(runs: TwoRuns) -> str:
    """The whole page, under its limit."""
    summary = runs.summary
    built = [section for build in ORDER if (section := build(runs))]
    head = {
        "style": style_sheet(),
        "question": question_of(summary),
        "name": "two runs",
        "run_id": summary["run_id"],
        "created_at": str(summary["created_at"])[:16].replace("T", " "),
        "conclusion": lead_of(summary),
        "facts": _facts(summary),
        "footer": _FOOTER,
    }

    def render(shown: Sequence[Section], left_out: Sequence[str]) -> str:
        return fill("page.html.j2", **head, sections=shown, terms=[], left_out=left_out, in_sight=_IN_SIGHT)

    return fitted(render, [replace(section, body=switchable(section.body)) for section in built])


def _facts(summary: Json) -> list[tuple[str, str]]:
    return [
        ("variants", ", ".join(summary["variants"])),
        ("minimum effect", percent(summary["minimum_effect"])),
        ("differences of the runs", str(len(summary["unlike"]))),
        *((f"void trials in {run['run']}", f"{run['void']} of {run['trials']}") for run in summary.get("voided") or ()),
    ]


def question_of(summary: Json) -> str:
    first, second = summary["runs"]
    return f"What changed from {first} to {second}?"


def lead_of(summary: Json) -> Lead:
    words = [finding["verdict"] for finding in summary["findings"] if finding["primary"]]
    counted = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(sorted(words)))
    forced = [f"forced: {_told(row)}" for row in summary["unlike"]]
    detail = "The runs are unlike, so a verdict may be of their difference." if forced else ""
    if len(forced) > _MOST_WARNINGS:
        forced = [*forced[:_MOST_WARNINGS], f"{len(forced) - _MOST_WARNINGS} more differences are listed at the end."]
    return Lead(lead=f"Of the primary metrics: {counted or 'none in both'}.", detail=detail, warnings=forced)


def _told(row: Json) -> str:
    return f"{row['part']}, {row['fact']}: {row['a']} and {row['b']}"
