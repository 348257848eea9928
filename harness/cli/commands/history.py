"""chatbench history."""

from pathlib import Path
from typing import Annotated

import orjson
import typer

from harness.cli.application import app, out
from harness.cli.running import guard
from harness.history import gate, kept
from harness.history.series import Series, series_of, with_changes
from harness.history.telling import as_dicts, lines_of
from harness.judging.metrics import METRICS, metric_name
from reports.history_page import history_page

_ACTIONS = ("show", "add", "check")
_EVERY = "all"


@app.command(epilog="Example: chatbench history check --fail-on change")
def history(
    action: Annotated[str, typer.Argument(help="show the trends, add finished runs, or check for changes")] = "show",
    runs: Annotated[list[Path] | None, typer.Argument(metavar="[RUN]...", help="add: run folders")] = None,
    file: Annotated[
        Path, typer.Option(envvar="CHATBENCH_HISTORY", help="where the runs are kept; only ever appended to")
    ] = Path("runs/history.jsonl"),
    label: Annotated[str | None, typer.Option(help="add: what you call these runs, such as a commit")] = None,
    fail_on: Annotated[
        str | None, typer.Option(help="check: answer 1 on a recent `change`, or only on one that is `worse`")
    ] = None,
    recent: Annotated[int, typer.Option(min=2, help="a change is recent for so many runs")] = 5,
    minimum_effect: Annotated[float, typer.Option(min=0, help="smaller changes are none, in percent")] = 5.0,
    metric: Annotated[str, typer.Option(help="comma-separated, or all (default: the runs' primary ones)")] = "",
    operation: Annotated[str, typer.Option(help="comma-separated (default: all)")] = "",
    variant: Annotated[str, typer.Option(help="comma-separated (default: all)")] = "",
    html: Annotated[Path | None, typer.Option(help="write a page with pictures there")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Keep what runs measured over weeks, and say at which runs it changed."""
    _choose(action, _ACTIONS, "ACTION")
    if fail_on is not None:
        _choose(fail_on, gate.KINDS, "--fail-on")
        if action != "check":
            raise typer.BadParameter(f"it is for `check`, and {action} holds nothing up.", param_hint="--fail-on")
    if action == "add":
        _add(file, runs or [], label)
        return
    if runs:
        raise typer.BadParameter(f"only `add` takes runs, and {action} got {runs[0]}.", param_hint="RUN")
    chosen = guard(lambda: _series(file, _names(metric), _names(operation), _names(variant), minimum_effect))
    if html is not None:
        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(history_page(chosen, name=str(file)), encoding="utf-8")
    if as_json:
        typer.echo(orjson.dumps(as_dicts(chosen), option=orjson.OPT_INDENT_2).decode())
    else:
        nothing = f"{file} has no such series yet. Add a run: chatbench history add runs/…"
        for line in lines_of(chosen) if chosen else [nothing]:
            out.print(line, markup=False)
    if html is not None:
        out.print(f"page: {html}", markup=False)
    if action == "check" and fail_on is not None:
        _hold(chosen, fail_on, recent)


def _add(file: Path, runs: list[Path], label: str | None) -> None:
    if not runs:
        raise typer.BadParameter("add needs a run folder, such as runs/20261124-180000-quickstart.", param_hint="RUN")
    for folder in runs:
        entry = guard(lambda folder=folder: kept.add(file, folder, label=label))  # type: ignore[misc] # bound now
        out.print(f"{entry.run_id}: {len(entry.points)} values added to {file}", markup=False)


def _series(
    file: Path, metrics: list[str], operations: list[str], variants: list[str], minimum_effect_percent: float
) -> list[Series]:
    """Those that were asked for; the newest runs' primary metrics by default."""
    entries = kept.read(file)
    known = series_of(entries)
    for name in metrics:
        _choose(metric_name(name), (*METRICS, _EVERY), "--metric")
    for asked, attribute in ((operations, "operation"), (variants, "variant")):
        for name in asked if entries else ():
            _choose(name, tuple(dict.fromkeys(getattr(series, attribute) for series in known)), f"--{attribute}")
    wanted = [metric_name(name) for name in metrics] or [name for entry in entries[-1:] for name in entry.primary]
    chosen = [
        series
        for series in known
        if (_EVERY in wanted or series.metric in wanted)
        and (not operations or series.operation in operations)
        and (not variants or series.variant in variants)
    ]
    return with_changes(chosen, minimum_effect=minimum_effect_percent / 100)


def _hold(chosen: list[Series], kind: str, recent: int) -> None:
    found = gate.held_up(chosen, kind, recent=recent)
    for series, change in found:
        out.print(
            f"gate {kind!r} fails: {series.name} {change.ratio - 1:+,.1%} since {series.entries[change.index].called}",
            markup=False,
            style="red",
        )
    if found:
        raise typer.Exit(1)
    out.print(gate.all_well(chosen, kind, recent=recent), markup=False)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _choose(given: str, known: tuple[str, ...], hint: str) -> None:
    if given not in known:
        raise typer.BadParameter(f"{given!r} is none of {', '.join(known)}.", param_hint=hint)
