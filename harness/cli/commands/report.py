"""chatbench report."""

from pathlib import Path
from typing import Annotated

import typer

from harness import compare as comparing
from harness.cli.application import app
from harness.cli.options import FailOn, Formats
from harness.cli.outcome import formats_of, gates_of, tell_result
from harness.cli.running import guard
from harness.run_folder import RunFolder


@app.command(epilog="Example: chatbench report runs/20261124-180000-quickstart --format markdown --fail-on worse")
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="run folder")],
    formats: Formats = None,
    fail_on: FailOn = None,
) -> None:
    """Make the summary and the page again from a run's stored trials, or other files; hold gates against it."""
    gates, wanted = gates_of(fail_on), formats_of(formats or ["html"])

    def work() -> None:
        stored = RunFolder.open(folder)
        tell_result(comparing.judge(stored), stored, formats=wanted, gates=gates)

    guard(work)
