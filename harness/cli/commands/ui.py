"""chatbench ui."""

from typing import Annotated

import typer

from datasets.shape import SIZES
from harness.cli.application import app
from harness.cli.options import HOME, Home, Postgres, RedisUrl
from harness.cli.plans import experiment_of_flags
from harness.cli.running import run_to_end
from harness.serve import serve_ui
from harness.stack.config import StackConfig


@app.command(epilog="Example: chatbench ui --variant spec --dataset small")
def ui(
    variant: Annotated[str, typer.Option(help="schema variant")] = "baseline",
    dataset: Annotated[str, typer.Option(help=f"one of {', '.join(SIZES)}")] = "tiny",
    dataset_seed: Annotated[int, typer.Option("--seed", min=0, help="the dataset's seed")] = 1,
    port: Annotated[int, typer.Option(min=1, max=65535, help="of Locust's page, on this machine only")] = 8089,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Open Locust's web UI over a clone of one variant's snapshot, until Ctrl-C."""
    experiment = experiment_of_flags(dataset=dataset, seed=dataset_seed, baseline=variant)
    config = StackConfig(home=home, postgres=postgres, redis=redis)
    run_to_end(serve_ui(config, experiment, port=port, home=home, say=typer.echo))
