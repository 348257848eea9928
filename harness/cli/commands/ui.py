"""chatbench ui."""

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from harness import compare as comparing
from harness.cli.application import app
from harness.cli.options import HOME, DatasetName, Home, Postgres, RedisUrl
from harness.cli.plans import experiment_of_flags, new_folder
from harness.cli.running import guard, run_to_end
from harness.run_folder import RunFolder
from harness.stack.config import StackConfig
from harness.ui.cockpit import Address, Form, check_address, run_cockpit
from reports.files import write_files


@app.command(epilog="Example: chatbench ui --variant spec --dataset small")
def ui(
    variant: Annotated[str, typer.Option(help="schema variant that the form starts with")] = "baseline",
    dataset: DatasetName = "tiny",
    dataset_seed: Annotated[int, typer.Option("--seed", min=0, help="the dataset's seed")] = 1,
    host: Annotated[str, typer.Option(help="address of the page; others than loopback need --web-login")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="of the page")] = 8089,
    web_login: Annotated[bool, typer.Option("--web-login", help="ask for a password (CHATBENCH_UI_PASSWORD)")] = False,
    out_folder: Annotated[Path | None, typer.Option("--out", help="folder of the tests (default: below runs/)")] = None,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Open the live cockpit: Locust's web page over variants that are seeded as you choose them, until Ctrl-C."""
    guard(lambda: check_address(host, web_login=web_login))
    experiment = experiment_of_flags(dataset=dataset, seed=dataset_seed, baseline=variant, home=home)
    given = os.environ.get("CHATBENCH_UI_PASSWORD")
    password = (given or secrets.token_urlsafe(9)) if web_login else None
    work = run_cockpit(
        StackConfig(home=home, postgres=postgres, redis=redis),
        Address(host=host, port=port, password=password, is_drawn=not given),
        Form(variant=experiment.baseline, dataset=experiment.dataset, dataset_seed=dataset_seed),
        home=home,
        out=out_folder or new_folder("ui"),
        report=_report,
        say=typer.echo,
    )
    run_to_end(work)


def _report(folder: Path) -> Path:
    """The page of a finished test."""
    stored = RunFolder.open(folder)
    comparing.judge(stored)
    return next(iter(write_files(folder, ["html"], [])))
