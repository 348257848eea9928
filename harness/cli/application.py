"""The application: what commands are added to, and where they print."""

import typer
from rich.console import Console

app = typer.Typer(
    name="chatbench",
    help="Which indexes, partitions, identifiers, counters and caches should our chat database have?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
out = Console(highlight=False, soft_wrap=True)
