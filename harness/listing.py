"""Lists on a terminal: the design space as a table, factor by factor; everything else a line each."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table

#: Where no terminal says how wide it is.
_PIPED_WIDTH = 150


def show(entries: Sequence[dict[str, Any]], console: Console) -> None:
    """Print entries of one kind of the catalogue."""
    if entries and "factor" in entries[0]:
        wide = console if console.is_terminal else Console(width=_PIPED_WIDTH)
        wide.print(design_space(entries))
        return
    width = max((len(entry["name"]) for entry in entries), default=0)
    for entry in entries:
        console.print(f"{entry['name']:<{width}}  {entry['summary']}", markup=False)


def design_space(entries: Sequence[dict[str, Any]]) -> Table:
    """Variants by the factor that each changes; the factor stands beside the first of its variants."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name, style in (("factor", "bold"), ("variant", "cyan"), ("parent", None), ("question", None)):
        table.add_column(name, style=style, no_wrap=name != "question", overflow="fold")
    table.add_column("report", no_wrap=False)
    table.add_column("known gaps", overflow="fold")
    for factor, group in groupby(entries, key=lambda entry: entry["factor"]):
        for place, entry in enumerate(group):
            table.add_row(
                "" if place else factor.replace("_", " "),
                entry["name"],
                entry["extends"] or "—",
                entry["question"],
                entry["source"] or "—",
                ", ".join(entry["known_gaps"]) or "none",
            )
        table.add_row()
    return table
