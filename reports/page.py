"""The page: a stored run becomes one HTML text that needs nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from harness.rounds import AGAIN
from reports.conclusion import conclude
from reports.fitting import fitted
from reports.glossary import Explainer
from reports.palette import style_sheet, switchable
from reports.section import Section, fill
from reports.sections import ORDER
from reports.stored_run import StoredRun
from reports.wording import amount, noise, percent

#: What a phone shows unfolded, beside the first section; elsewhere, and on paper, everything is.
IN_SIGHT = ("verdicts", "hypotheses")


def page_of(run: StoredRun) -> str:
    """The whole page, under its limit."""
    explainer = Explainer()
    sections = [_finished(section, explainer) for build in ORDER if (section := build(run))]
    head = _head(run)
    terms = sorted(explainer.used.values(), key=lambda term: term.name.lower())

    def render(shown: Sequence[Section], left_out: Sequence[str]) -> str:
        return fill("page.html.j2", **head, sections=shown, terms=terms, left_out=left_out, in_sight=IN_SIGHT)

    return fitted(render, sections)


def _head(run: StoredRun) -> dict[str, Any]:
    """What stands above the sections."""
    experiment = run.summary["experiment"]
    return {
        "style": style_sheet(),
        "question": run.question,
        "name": experiment["name"],
        "run_id": run.summary["run_id"],
        "created_at": str(run.summary["created_at"])[:16].replace("T", " "),
        "conclusion": conclude(run),
        "facts": _facts(run),
    }


def _finished(section: Section, explainer: Explainer) -> Section:
    """Its words explained, its pictures legible on light and on dark paper."""
    return replace(section, body=switchable(explainer.explain(section.body)))


def _facts(run: StoredRun) -> list[tuple[str, str]]:
    """(name, value) of what one wants to know before believing a verdict; what a run did not do is left out."""
    summary, experiment = run.summary, run.summary["experiment"]
    rows = (summary["dataset"].get("rows") or {}).get("messages")
    facts = [("dataset", str(summary["dataset"]["name"]) + (f", {amount(rows)} messages" if rows else ""))]
    if summary["findings"]:
        facts += [
            ("rounds", _rounds(run)),
            ("reads and writes", _mix(run)),
            ("minimum effect", percent(experiment.get("minimum_effect", 0.05))),
            ("noise floor", _noise(run)),
            ("A/A lane", _again(run)),
        ]
    if summary["trials"]:
        facts.append(("void trials", f"{len(summary['voided'])} of {len(summary['trials'])}"))
    return facts


def _rounds(run: StoredRun) -> str:
    """Those really run; what was planned beside them where it is another number."""
    experiment, ran, lanes = run.summary["experiment"], run.rounds_run, len(run.lanes)
    if run.summary.get("sequential"):
        return f"{ran} × {lanes} lanes, at most {experiment['max_rounds']}"
    planned = experiment["rounds"]
    return f"{ran} × {lanes} lanes" + (f", of {planned}" if planned != ran else "")


def _mix(run: StoredRun) -> str:
    mix = run.summary.get("mix") or {}
    return f"{percent(mix['read_share'])} to {percent(mix['write_share'])}" if mix.get("calls") else "unknown"


def _noise(run: StoredRun) -> str:
    floor = run.summary["noise"]
    return "unknown" if floor["median"] is None else f"{noise(floor['median'])} median, {noise(floor['most'])} most"


def _again(run: StoredRun) -> str:
    again = [f["verdict"] for f in run.summary["findings"] if f["primary"] and f["candidate"].endswith(AGAIN)]
    words = dict.fromkeys(sorted(again))
    return ", ".join(f"{again.count(word)} {word}" for word in words) or "not judged"
