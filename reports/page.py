"""The page: a run folder becomes one report.html that needs nothing else."""

from pathlib import Path
from statistics import median

from harness.run_folder import write_atomically
from reports.conclusion import conclude
from reports.section import TEMPLATES, fill
from reports.sections import ORDER
from reports.stored_run import StoredRun, read_run
from reports.wording import amount, percent


def render(folder: Path) -> Path:
    """Write report.html into the run folder and say where it is."""
    target = folder / "report.html"
    write_atomically(target, page_of(read_run(folder)).encode())
    return target


def page_of(run: StoredRun) -> str:
    """The whole page."""
    experiment = run.summary["experiment"]
    return fill(
        "page.html.j2",
        style=(TEMPLATES / "style.css").read_text(encoding="utf-8"),
        question=experiment.get("question") or experiment["name"],
        name=experiment["name"],
        run_id=run.summary["run_id"],
        created_at=str(run.summary["created_at"])[:16].replace("T", " "),
        conclusion=conclude(run),
        facts=_facts(run),
        sections=[section for build in ORDER if (section := build(run))],
    )


def _facts(run: StoredRun) -> list[tuple[str, str]]:
    """(name, value) of what one wants to know before believing a verdict."""
    summary, experiment = run.summary, run.summary["experiment"]
    rows = (summary["dataset"].get("rows") or {}).get("messages")
    return [
        ("dataset", str(summary["dataset"]["name"]) + (f", {amount(rows)} messages" if rows else "")),
        ("rounds", f"{experiment['rounds']} × {len(run.lanes)} lanes"),
        ("void trials", f"{len(summary['voided'])} of {len(summary['trials'])}"),
        ("minimum effect", percent(experiment.get("minimum_effect", 0.05))),
        ("noise floor", _noise(run)),
        ("A/A lane", _again(run)),
    ]


def _noise(run: StoredRun) -> str:
    floors = [
        f["noise_floor"]
        for f in run.summary["findings"]
        if f["primary"] and f["noise_floor"] and f["p_adjusted"] is not None
    ]
    return f"{percent(median(floors))} median, {percent(max(floors))} most" if floors else "unknown"


def _again(run: StoredRun) -> str:
    again = [f["verdict"] for f in run.summary["findings"] if f["primary"] and f["candidate"].endswith(":again")]
    words = dict.fromkeys(sorted(again))
    return ", ".join(f"{again.count(word)} {word}" for word in words) or "not judged"
