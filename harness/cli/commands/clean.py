"""chatbench clean."""

from typing import Annotated

import typer

from harness.cli.application import app
from harness.cli.options import HOME, Home, Postgres, RedisUrl
from harness.cli.running import run_to_end
from harness.seeding.cleaning import clean as clean_all
from harness.stack.config import StackConfig


@app.command(epilog="Example: chatbench clean --datasets")
def clean(
    datasets: Annotated[bool, typer.Option(help="remove generated datasets too")] = False,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Drop the databases that chatbench created (marked ones only); run folders stay."""
    run_to_end(clean_all(StackConfig(home=home, postgres=postgres, redis=redis), datasets=datasets, home=home))
