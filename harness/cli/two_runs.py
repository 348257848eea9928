"""Two runs: compare them, tell it, write summary and page into a folder of their own."""

from pathlib import Path

import orjson

from harness.cli.application import out
from harness.cli.plans import new_folder
from harness.cli.running import guard
from harness.run_folder import RunFolder, write_atomically
from harness.stored_runs.comparing import compare_runs, read_side
from harness.verdict_lines import finding_line
from reports.runs_page import runs_page


def compare_two_runs(first: str, second: str, *, force: bool, out_folder: Path | None) -> None:
    """Refuses unlike ones, with exit code 2."""
    folders = guard(lambda: [RunFolder.open(Path(name)) for name in (first, second)])
    sides = guard(lambda: [read_side(folder) for folder in folders])
    summary = guard(lambda: compare_runs(*sides, force=force))
    folder = out_folder or new_folder("two-runs")
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / "summary.json", orjson.dumps(summary, option=orjson.OPT_INDENT_2))
    write_atomically(folder / "report.html", runs_page(summary).encode())
    for finding in (f for f in summary["findings"] if f["primary"]):
        out.print(finding_line({**finding, "candidate": finding["variant"]}), markup=False)
    if summary["forced"]:
        out.print("forced: these runs are unlike; the page says in what", markup=False)
    out.print(f"report: {folder / 'report.html'}", markup=False)
