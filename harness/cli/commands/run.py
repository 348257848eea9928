"""chatbench run."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.application import app
from harness.cli.options import (
    HOME,
    Aged,
    CacheRegime,
    DatasetName,
    Home,
    MetricsPort,
    Pin,
    Postgres,
    RedisState,
    RedisUrl,
)
from harness.cli.outcome import compare_and_tell
from harness.cli.plans import create_folder, experiment_of_flags, load_of_flags, new_folder
from harness.cli.running import guard, tell_metrics_at
from harness.conditions import with_flags
from harness.stack.config import StackConfig


@app.command(epilog="Example: chatbench run --variant spec --scenario pagination --dataset small --rate 300 --window 5")
def run(
    variant: Annotated[str, typer.Option(help="schema variant")] = "baseline",
    scenario: Annotated[str, typer.Option(help="scenario; see `chatbench list scenarios`")] = "day",
    dataset: DatasetName = "small",
    target: Annotated[str, typer.Option(help="direct, server or a URL")] = "direct",
    users: Annotated[int, typer.Option(min=1)] = 16,
    rate: Annotated[float, typer.Option(min=0, help="tasks per second of all users (0: closed loop)")] = 300.0,
    warmup: Annotated[float, typer.Option(min=0, help="seconds")] = 1.0,
    window: Annotated[float, typer.Option(min=0.1, help="measured seconds")] = 5.0,
    servers: Annotated[int, typer.Option(min=1, help="reference servers, for --target server")] = 1,
    receivers: Annotated[int, typer.Option(min=1, help="fanout: receiving users")] = 200,
    devices: Annotated[int, typer.Option(min=1, help="fanout: devices of each")] = 2,
    jobs: Annotated[str, typer.Option(help="maintenance: some of its jobs, comma-separated (default: all)")] = "",
    cache_regime: CacheRegime = None,
    redis_state: RedisState = None,
    aged: Aged = False,
    pin: Pin = False,
    trial_seed: Annotated[int, typer.Option("--seed", min=0)] = 1,
    out_folder: Annotated[Path | None, typer.Option("--out", help="run folder (default: below runs/)")] = None,
    metrics_port: MetricsPort = None,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Measure one trial of one variant."""
    tell_metrics_at(metrics_port)
    load = load_of_flags(scenario, target, users, rate, warmup, window, servers=servers)
    load |= {
        "receivers": receivers,
        "devices": devices,
        "compare": False,
        "jobs": [name for name in jobs.split(",") if name],
    }
    experiment = experiment_of_flags(
        dataset=dataset, seed=trial_seed, baseline=variant, scenarios=[load], rounds=1, home=home
    )
    conditions = guard(
        lambda: with_flags(
            experiment.conditions, cache_regime=cache_regime, redis_state=redis_state, aged=aged, pin=pin
        )
    )
    experiment = replace(experiment, conditions=conditions)
    config = StackConfig(home=home, postgres=postgres, redis=redis)
    folder = create_folder(out_folder or new_folder(f"{experiment.baseline}-{experiment.scenarios[0].name}"))
    compare_and_tell(experiment, folder, config, home)
