"""Two runs: compare them, tell it, write summary and files into a folder of their own, and hold the gates."""

from pathlib import Path

import orjson

from harness.cli.application import out
from harness.cli.outcome import answer_by
from harness.cli.plans import new_folder
from harness.cli.running import guard
from harness.judging.fail_on import Gate, hold
from harness.judging.verdict_lines import finding_line
from harness.run_folder import RunFolder, write_atomically
from harness.stored_runs.comparing import compare_runs
from harness.stored_runs.sides import read_side
from reports.files import write_files_of_two
from reports.two_runs import TwoRuns


def compare_two_runs(
    first: str, second: str, *, force: bool, out_folder: Path | None, formats: list[str], gates: list[Gate]
) -> None:
    """Refuses unlike ones, with exit code 2; answers 1 where a gate breaks."""
    folders = guard(lambda: [RunFolder.open(Path(name)) for name in (first, second)])
    before, after = guard(lambda: [read_side(folder) for folder in folders])
    summary = guard(lambda: compare_runs(before, after, force=force))
    held = guard(lambda: list(hold(gates, summary["findings"])))
    folder = out_folder or new_folder("two-runs")
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / "summary.json", orjson.dumps(summary, option=orjson.OPT_INDENT_2))
    for finding in (f for f in summary["findings"] if f["primary"]):
        out.print(finding_line({**finding, "candidate": finding["variant"]}), markup=False)
    out.print("; ".join(f"{run['void']} of {run['trials']} trials void in {run['run']}" for run in summary["voided"]))
    if summary["forced"]:
        out.print("forced: these runs are unlike; the page says in what", markup=False)
    runs = TwoRuns(summary=summary, before=before, after=after)
    for path in write_files_of_two(folder, runs, formats, held):
        out.print(f"report: {path}", markup=False)
    answer_by(held)
