"""Progress of long steps: a bar with the time left on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column

#: Elsewhere a line at most this often: logs of a CI are read by people too.
_LINE_EVERY_S = 5.0

#: In cells; what a terminal of 80 has left over says what is being done.
_BAR_WIDTH = 20

console = Console(stderr=True, highlight=False)


def say(text: str, style: str | None = None) -> None:
    """A line beside the results, whole: a command in it can be copied, a log of them searched."""
    console.print(text, style=style, markup=False, soft_wrap=True)


class Step:
    """One long step; told what is done and what is being done."""

    def __init__(self, name: str, total: float | None, *, in_percent: bool = False) -> None:
        self.name, self.total, self.done = name, total, 0.0 if in_percent else 0
        self._in_percent = in_percent
        self._started = self._printed = time.monotonic()

    def advance(self, amount: float = 1, doing: str = "") -> None:
        self.done += amount
        now = time.monotonic()
        if now - self._printed >= _LINE_EVERY_S:
            self._printed = now
            say(self._line(doing, now - self._started))

    def finish(self) -> None:
        say(f"{self.name}: done in {time.monotonic() - self._started:.1f} s")

    def _line(self, doing: str, elapsed_s: float) -> str:
        parts = [self.name]
        if self.total:
            share = f"{min(self.done / self.total, 1):.0%}"
            parts.append(share if self._in_percent else f"{self.done:,} of {self.total:,}")
            if 0 < self.done < self.total:
                parts.append(f"about {elapsed_s * (self.total - self.done) / self.done:.0f} s left")
        return " · ".join([*parts, *([doing] if doing else [])])


class _BarStep(Step):
    def __init__(self, name: str, total: float | None, progress: Progress) -> None:
        super().__init__(name, total)
        self._progress = progress
        self._task = progress.add_task(name, total=total, doing="")

    def advance(self, amount: float = 1, doing: str = "") -> None:
        self.done += amount
        self._progress.update(self._task, advance=amount, doing=doing)

    def finish(self) -> None:
        self._progress.update(self._task, completed=self.total or self.done, doing="")


@contextmanager
def step(name: str, total: float | None = None, *, in_percent: bool = False) -> Iterator[Step]:
    """Show a step while it runs; a step that fails leaves no "done" behind."""
    if not sys.stderr.isatty():
        say(f"{name} …")
        plain = Step(name, total, in_percent=in_percent)
        yield plain
        plain.finish()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=_BAR_WIDTH),
        TaskProgressColumn() if in_percent else MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        # takes what is left: a long reason must not push bar and time off the screen
        TextColumn("{task.fields[doing]}", markup=False, table_column=Column(ratio=1, no_wrap=True)),
    )
    with Progress(*columns, console=console, expand=True) as progress:
        bar = _BarStep(name, total, progress)
        yield bar
        bar.finish()
