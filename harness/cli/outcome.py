"""Outcome: run an experiment, tell its verdicts, write its files, and answer 1 where a gate breaks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from harness import compare as comparing
from harness.cli.application import out
from harness.cli.running import guard, run_to_end
from harness.experiment import Experiment
from harness.judging.fail_on import Check, Gate, gate_of, hold
from harness.judging.verdict_lines import verdict_lines
from harness.maintenance.trial import with_archiving
from harness.progress import say
from harness.run_folder import RunFolder
from harness.stack.config import StackConfig
from harness.stack.stack import no_stack, open_stack
from reports.files import FORMATS, write_files
from reports.stored_run import read_run
from reports.unjudged import unjudged


def gates_of(texts: list[str] | None) -> list[Gate]:
    return guard(lambda: [gate_of(text) for text in texts or []])


def formats_of(names: list[str]) -> list[str]:
    if unknown := [name for name in names if name not in FORMATS]:
        raise typer.BadParameter(
            f"{unknown[0]!r} is no format. Choose among {', '.join(FORMATS)}.", param_hint="--format"
        )
    return names


def compare_and_tell(
    experiment: Experiment,
    folder: RunFolder,
    config: StackConfig,
    home: Path,
    *,
    formats: list[str] | None = None,
    gates: list[Gate] | None = None,
) -> None:
    async def work() -> dict[str, Any]:
        opened = no_stack() if experiment.is_remote else open_stack(with_archiving(config, experiment))
        async with opened as stack:
            return await comparing.compare(stack, experiment, folder, home)

    try:
        summary = run_to_end(work())
    except KeyboardInterrupt:
        say(f"\nInterrupted. Every process is stopped; {_kept(folder)}")
        raise typer.Exit(130) from None
    tell_result(summary, folder, formats=formats or ["html"], gates=gates or [])


def _kept(folder: RunFolder) -> str:
    """What an interrupted run left, and how to go on."""
    if not folder.manifest_path.exists():
        return "nothing was measured yet, so start again."
    trials = len(folder.read_trials())
    seen = f", or see them with `chatbench report {folder.path}`" if trials else ""
    goes_on = f"Go on with `chatbench compare --resume {folder.path}`{seen}."
    return f"{trials} finished trials are kept in {folder.path}. {goes_on}"


def tell_result(summary: dict[str, Any], folder: RunFolder, *, formats: list[str], gates: list[Gate]) -> None:
    """Verdicts, files, and an exit code of 1 where a gate breaks."""
    for line in verdict_lines(summary):
        out.print(line, markup=False)
    if told := unjudged(read_run(folder.path)):
        out.print(told, markup=False)
    held = guard(lambda: list(hold(gates, summary["findings"])))
    for path in write_files(folder.path, formats, held):
        out.print(f"report: {path}", markup=False)
    answer_by(held)


def answer_by(held: Sequence[Check]) -> None:
    """Tell each broken gate, and answer 1 where there is one."""
    broken = [check for check in held if check.broken]
    for check in broken:
        out.print(f"gate {check.gate.text!r} fails: {check.broken}", markup=False, style="red")
    if broken:
        raise typer.Exit(1)
