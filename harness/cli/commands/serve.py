"""chatbench serve."""

from typing import Annotated

import typer

from harness.cli.application import app
from harness.cli.options import HOME, DatasetName, Home, Postgres, RedisUrl
from harness.cli.plans import experiment_of_flags
from harness.cli.running import SERVERS_FROM, run_to_end, tell_metrics_at
from harness.serve import serve as serve_stack
from harness.stack.config import StackConfig


@app.command(epilog="Example: chatbench serve --variant spec --dataset small --servers 2")
def serve(
    variant: Annotated[str, typer.Option(help="schema variant")] = "baseline",
    dataset: DatasetName = "tiny",
    dataset_seed: Annotated[int, typer.Option("--seed", min=0, help="the dataset's seed")] = 1,
    servers: Annotated[int, typer.Option(min=0, help="reference server processes")] = 1,
    port: Annotated[
        int | None, typer.Option(min=1, max=65000, help="the first server's port, the others' follow (default: free)")
    ] = None,
    metrics_port: Annotated[
        int | None, typer.Option(min=1, max=65000, help="the first server's port for Prometheus (default: off)")
    ] = None,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Start the stack, a clone of a snapshot and reference servers, and print how to reach them, until Ctrl-C."""
    experiment = experiment_of_flags(dataset=dataset, seed=dataset_seed, baseline=variant, home=home)
    config = StackConfig(home=home, postgres=postgres, redis=redis)
    if metrics_port is not None:
        tell_metrics_at(metrics_port - SERVERS_FROM)
    run_to_end(serve_stack(config, experiment, servers=servers, home=home, say=typer.echo, port=port))
