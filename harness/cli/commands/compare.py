"""chatbench compare."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from harness.catalogue import known_names
from harness.cli.application import app
from harness.cli.options import (
    HOME,
    Aged,
    CacheRegime,
    DatasetName,
    FailOn,
    Formats,
    Home,
    MetricsPort,
    Pin,
    Postgres,
    RedisState,
    RedisUrl,
)
from harness.cli.outcome import compare_and_tell, formats_of, gates_of
from harness.cli.plans import create_folder, experiment_of_flags, experiment_path, load_of_flags, names_in, new_folder
from harness.cli.running import guard, tell_metrics_at
from harness.cli.two_runs import compare_two_runs
from harness.conditions import changed_on_resume, with_flags
from harness.experiment import Experiment, sequential
from harness.experiment_file import load_experiment
from harness.run_folder import RunFolder
from harness.run_manifest import stored_experiment
from harness.stack.config import StackConfig


@app.command(
    epilog="Example: chatbench compare --variants baseline,spec --scenario pagination --dataset small --rounds 6"
)
def compare(
    experiment: Annotated[
        str | None, typer.Argument(help="experiment name or TOML file (default: flags); or a run folder")
    ] = None,
    other: Annotated[str | None, typer.Argument(metavar="RUN_B", help="a second run folder to compare with")] = None,
    variants: Annotated[str, typer.Option(help="baseline first, then candidates, comma-separated")] = "baseline,spec",
    scenario: Annotated[
        str | None, typer.Option(help="scenario; see `chatbench list scenarios` (default: day, or none with --sweep)")
    ] = None,
    sweep: Annotated[str, typer.Option(help="sweeps, comma-separated; see `chatbench list sweeps`")] = "",
    dataset: DatasetName = "small",
    target: Annotated[str, typer.Option(help="direct or server")] = "direct",
    users: Annotated[int, typer.Option(min=1)] = 16,
    rate: Annotated[
        str, typer.Option(help="tasks per second of all users (0: closed loop), or a share of capacity such as 70%")
    ] = "300",
    find_capacity: Annotated[
        bool, typer.Option("--find-capacity", help="each lane's highest rate in time, before the rounds")
    ] = False,
    p99: Annotated[float | None, typer.Option(min=0.1, help="bound of --find-capacity in ms (default: 50)")] = None,
    warmup: Annotated[float, typer.Option(min=0, help="seconds")] = 1.0,
    window: Annotated[float, typer.Option(min=0.1, help="measured seconds")] = 5.0,
    rounds: Annotated[int, typer.Option(min=1)] = 6,
    until_resolved: Annotated[
        bool, typer.Option("--until-resolved", help="go on after --rounds until every primary finding is resolved")
    ] = False,
    max_rounds: Annotated[
        int | None, typer.Option(min=1, help="with --until-resolved: the most rounds (default: four times as many)")
    ] = None,
    cache_regime: CacheRegime = None,
    redis_state: RedisState = None,
    aged: Aged = False,
    pin: Pin = False,
    experiment_seed: Annotated[int, typer.Option("--seed", min=0)] = 1,
    out_folder: Annotated[Path | None, typer.Option("--out", help="run folder (default: below runs/)")] = None,
    resume: Annotated[Path | None, typer.Option(help="go on with an interrupted run's folder")] = None,
    force: Annotated[bool, typer.Option("--force", help="two runs: compare them though they are unlike")] = False,
    formats: Formats = None,
    fail_on: FailOn = None,
    metrics_port: MetricsPort = None,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Compare variants: an experiment file, or flags for one scenario; or two stored runs of the same variants."""
    tell_metrics_at(metrics_port)
    gates, wanted = gates_of(fail_on), formats_of(["html", *(formats or [])])
    if experiment and other:
        compare_two_runs(experiment, other, force=force, out_folder=out_folder, formats=wanted, gates=gates)
        return
    config = StackConfig(home=home, postgres=postgres, redis=redis)

    def ending(found: Experiment) -> Experiment:
        ends = sequential(found, until_resolved=until_resolved, max_rounds=max_rounds, is_resumed=bool(resume))
        conditions = with_flags(
            found.conditions, cache_regime=cache_regime, redis_state=redis_state, aged=aged, pin=pin
        )
        if resume and conditions != found.conditions:
            raise changed_on_resume()
        return replace(
            ends,
            conditions=conditions,
            find_capacity=find_capacity or ends.find_capacity,
            capacity_p99_ms=p99 or ends.capacity_p99_ms,
        )

    if resume:
        folder = guard(lambda: RunFolder.open(resume))
        plan = guard(lambda: ending(stored_experiment(folder)))
    elif experiment:
        plan = guard(lambda: ending(load_experiment(experiment_path(experiment), known_names(home))))
        folder = create_folder(out_folder or new_folder(plan.name))
    else:
        baseline, *candidates = names_in(variants) or ["baseline"]
        sweeps = names_in(sweep)
        loads = [scenario] if scenario else [] if sweeps else ["day"]
        flags = experiment_of_flags(
            dataset=dataset,
            seed=experiment_seed,
            baseline=baseline,
            candidates=candidates,
            rounds=rounds,
            scenarios=[load_of_flags(name, target, users, rate, warmup, window) for name in loads],
            sweeps=sweeps,
            home=home,
        )
        plan = guard(lambda: ending(flags))
        # names, where flags may have been paths
        said = [*(load.name for load in plan.scenarios), *plan.sweeps, plan.baseline, *plan.candidates]
        folder = create_folder(out_folder or new_folder("-".join(said)))
    compare_and_tell(plan, folder, config, home, formats=wanted, gates=gates)
