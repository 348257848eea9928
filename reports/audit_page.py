"""The page of an audit: findings, indexes to try, and plans."""

from dataclasses import dataclass, field

import pandas as pd
from markupsafe import Markup

from harness.evidence.plan_words import lines
from harness.lint.audit import Audit
from harness.lint.candidate import Candidate
from harness.lint.snippet import Snippet
from reports.palette import rules
from reports.section import TEMPLATES, Section, fill
from reports.tables import table
from reports.wording import amount, duration, size

_FOOTER = (
    "Read in transactions that cannot write. What an index would do is reasoned from the plans and the statistics, not "
    "measured: chatbench compare measures it on a clone."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """What stands above everything."""

    lead: str
    detail: str
    warnings: list[str] = field(default_factory=list)


def audit_page(audit: Audit) -> str:
    """The whole page."""
    return fill(
        "page.html.j2",
        style=Markup(rules() + (TEMPLATES / "style.css").read_text(encoding="utf-8")),  # noqa: S704 - our own files
        question="Which indexes does this schema pay for in vain, and which does it lack?",
        name="audit",
        run_id=f"{audit.server} at {audit.address}",
        created_at=audit.schema.read_at.isoformat()[:16].replace("T", " "),
        conclusion=_lead(audit),
        facts=[
            ("tables", str(len(audit.schema.tables))),
            ("indexes", str(len(audit.schema.indexes))),
            ("index scans counted over", audit.counted_for),
            ("operations explained", str(len(audit.plans))),
        ],
        sections=_sections(audit),
        terms=[],
        footer=_FOOTER,
    )


def _lead(audit: Audit) -> Lead:
    given = sum(finding.bytes or 0 for finding in audit.findings if finding.advice == "drop")
    gain = f" Dropping what is in vain gives back {size(given)}." if given else ""
    found = f"{len(audit.findings)} findings, {len(audit.candidates)} indexes to try.{gain}"
    return Lead(lead=found, detail="", warnings=audit.notes[:12])


def _sections(audit: Audit) -> list[Section]:
    findings = _findings(audit) if audit.findings else Markup("<p>No rule found anything.</p>")
    found = [Section(anchor="lint", title="Lint", body=findings)]
    if audit.candidates:
        tried = Markup("").join(_candidate(candidate, made) for candidate, made in audit.tried())
        found.append(Section(anchor="candidates", title="Indexes to try", body=tried))
    if audit.plans:
        found.append(Section(anchor="plans", title="Plans", body=_plans(audit)))
    return found


def _findings(audit: Audit) -> Markup:
    rows = [
        {
            "rule": finding.rule.replace("_", " "),
            "what": f"{finding.subject} on {finding.table}",
            "size": size(finding.bytes),
            "seen": finding.seen,
            "advice": f"{finding.advice}: {finding.remedy}",
        }
        for finding in audit.findings
    ]
    return table(pd.DataFrame(rows), "What the rules say, each index once")


def _candidate(candidate: Candidate, made: Snippet) -> Markup:
    rows = [{"operation": operation, "now → then": gain} for operation, gain in candidate.gains.items()]
    code = f"# {made.name}/variant.toml\n{made.toml}\n-- {made.name}/{made.sql_path}\n{made.sql}"
    needless = f" It makes {', '.join(candidate.replaces)} needless." if candidate.replaces else ""
    return Markup("<h3><code>{}</code></h3><p>About {}, and an entry more for each write.{}</p>{}<pre>{}</pre>").format(
        candidate.sql, size(candidate.bytes), needless, table(pd.DataFrame(rows), "What it should do"), code
    )


def _plans(audit: Audit) -> Markup:
    parts = [
        Markup("<details><summary>{}, cost {}{}</summary><pre>{}</pre></details>").format(
            plan.operation,
            amount(plan.cost),
            ""
            if plan.execution_ms is None
            else f", {duration(1000 * plan.execution_ms)}, {amount(plan.blocks)} blocks",
            "\n".join("  " * depth + text for depth, text in lines(plan.tree)),
        )
        for plan in audit.plans
    ]
    return Markup("").join(parts)
