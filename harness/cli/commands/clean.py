"""chatbench clean."""

from typing import Annotated

import typer

from harness import compare as comparing
from harness.cli.application import app
from harness.cli.options import HOME, Home, Postgres, RedisUrl
from harness.cli.running import run_to_end
from harness.stack.config import StackConfig


@app.command(epilog="Example: chatbench clean --datasets")
def clean(
    datasets: Annotated[bool, typer.Option(help="remove generated datasets too")] = False,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Drop the databases that chatbench created (marked ones only); run folders stay."""
    run_to_end(comparing.clean(StackConfig(home=home, postgres=postgres, redis=redis), datasets=datasets, home=home))
