"""chatbench seed."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.application import app, out
from harness.cli.options import HOME, DatasetName, Home, Postgres, RedisUrl
from harness.cli.plans import experiment_of_flags
from harness.cli.running import run_to_end
from harness.seeding.prepared import seed_one
from harness.stack.config import StackConfig
from harness.stack.stack import open_stack


@app.command(epilog="Example: chatbench seed --dataset medium --variant spec")
def seed(
    dataset: DatasetName = "medium",
    shape: Annotated[
        Path | None, typer.Option(help="shape file (`chatbench profile` writes one) instead of --dataset")
    ] = None,
    messages: Annotated[str, typer.Option(help="with --shape: how many, such as 500k, or a size's name")] = "medium",
    variant: Annotated[str, typer.Option(help="schema variant to load it into")] = "baseline",
    dataset_seed: Annotated[int, typer.Option("--seed", min=0, help="another seed, other rows")] = 1,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Generate a dataset and build its snapshot in a variant."""
    wanted = f"{shape}:{messages}" if shape else dataset
    experiment = experiment_of_flags(dataset=wanted, seed=dataset_seed, baseline=variant, home=home)

    async def work() -> None:
        async with open_stack(StackConfig(home=home, postgres=postgres, redis=redis)) as stack:
            snapshot = await seed_one(stack, experiment, home)
            out.print(
                f"{snapshot.database}: {(snapshot.database_bytes or 0) / 1e6:,.0f} MB, "
                f"built in {snapshot.build_s or 0:.1f} s "
                "(kept for trials; nobody can connect to a snapshot)"
            )

    run_to_end(work())
