"""The page of two compared runs: what changed between them, and in how far they were alike."""

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from reports.palette import rules
from reports.section import TEMPLATES, Section, fill
from reports.stored_run import Json
from reports.tables import table
from reports.wording import MISSING, percent, ratio, spoken, value

_FOOTER = (
    "Rounds are the sample, never requests; intervals are Welch's on the logs of the rounds, corrected by Holm. The "
    "two runs share no rounds, so what changed on the machine between them is in the ratios."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """What stands above everything."""

    lead: str
    detail: str
    warnings: list[str]


def runs_page(summary: Json) -> str:
    first, second = summary["runs"]
    return fill(
        "page.html.j2",
        style=Markup(rules() + (TEMPLATES / "style.css").read_text(encoding="utf-8")),  # noqa: S704 - our own files
        question=f"What changed from {first} to {second}?",
        name="two runs",
        run_id=summary["run_id"],
        created_at=str(summary["created_at"])[:16].replace("T", " "),
        conclusion=_lead(summary),
        facts=[("variants", ", ".join(summary["variants"])), ("differences of the runs", str(len(summary["unlike"])))],
        sections=_sections(summary),
        terms=[],
        footer=_FOOTER,
    )


def _lead(summary: Json) -> Lead:
    primary = [f for f in summary["findings"] if f["primary"]]
    words = [finding["verdict"] for finding in primary]
    counted = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(sorted(words)))
    forced = [f"forced: {_told(row)}" for row in summary["unlike"]]
    detail = "The runs are unlike, so a verdict may be of their difference." if forced else ""
    return Lead(lead=f"Of the primary metrics: {counted or 'none in both'}.", detail=detail, warnings=forced[:12])


def _told(row: Json) -> str:
    return f"{row['part']}, {row['fact']}: {row['a']} and {row['b']}"


def _sections(summary: Json) -> list[Section]:
    found = [
        Section(anchor=name, title=title, body=_findings([f for f in summary["findings"] if f["primary"] is primary]))
        for name, title, primary in (("primary", "Primary metrics", True), ("others", "Other metrics", False))
        if any(f["primary"] is primary for f in summary["findings"])
    ]
    rows = [{key: str(row[key]) for key in ("part", "fact", "a", "b")} for row in summary["unlike"]]
    alike = (
        table(pd.DataFrame(rows), "In what the runs differ") if rows else Markup("<p>In nothing that is recorded.</p>")
    )
    return [*found, Section(anchor="unlike", title="In what the runs differ", body=alike)]


def _findings(findings: list[Json]) -> Markup:
    rows = [
        {
            "variant": str(f["variant"]),
            "scenario": str(f["scenario"]),
            "operation": spoken(f["operation"]),
            "metric": spoken(f["metric"]),
            "before": value(f["baseline_value"], f["unit"]),
            "after": value(f["candidate_value"], f["unit"]),
            "ratio": ratio(f["ratio"]),
            "interval": MISSING if f["ratio"] is None else f"{ratio(f['ratio_low'])} to {ratio(f['ratio_high'])}",
            "noise": percent(f["noise_floor"]),
            "verdict": f"{f['verdict']}: {f['why']}",
        }
        for f in findings
    ]
    return table(pd.DataFrame(rows), "After ÷ before, lower is better")
