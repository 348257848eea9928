"""chatbench verify."""

from typing import Annotated

import orjson
import typer

from harness.catalogue import known_names
from harness.cli.application import app, out
from harness.cli.options import HOME, DatasetName, Home, Postgres, RedisUrl
from harness.cli.running import run_to_end
from harness.stack.config import StackConfig
from harness.verify import command as verifying
from harness.verify.table import tables_of
from harness.verify.verifying import Verification


@app.command(epilog="Example: chatbench verify --variant spec --dataset small")
def verify(
    named: Annotated[
        str | None, typer.Argument(metavar="VARIANT", help="as --variant; also the folder of a variant of your own")
    ] = None,
    variant: Annotated[str, typer.Option(help="schema variant, or several with commas")] = "baseline",
    every_variant: Annotated[bool, typer.Option("--all-variants", help="each variant there is")] = False,
    dataset: DatasetName = "tiny",
    dataset_seed: Annotated[int, typer.Option("--seed", min=0, help="the dataset's seed")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="keep snapshots that were built for this")] = False,
    database: Annotated[str | None, typer.Option(help="your own database on --postgres, instead of a dataset")] = None,
    clone: Annotated[bool, typer.Option("--clone", help="with --database: try on a clone of it")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Check the guarantees of a variant's schema; exactly its known gaps must fail."""
    variant = named or variant
    config = StackConfig(home=home, postgres=postgres, redis=redis)
    if database is not None:
        own = verifying.verify_database(config, database, variant=variant, clone=clone)
        _tell_verified(run_to_end(own), as_json=as_json)
        return
    names = list(known_names().variants) if every_variant else variant.split(",")
    verified = run_to_end(verifying.verify(config, names, dataset_name=dataset, seed=dataset_seed, keep=keep))
    _tell_verified(verified, as_json=as_json)


def _tell_verified(verified: list[Verification], *, as_json: bool) -> None:
    complaints = [f"{one.name}: {complaint}" for one in verified for complaint in one.complaints]
    if as_json:
        typer.echo(orjson.dumps([one.as_dict() for one in verified], option=orjson.OPT_INDENT_2).decode())
    else:
        for table in tables_of(verified):
            out.print(table)
        for complaint in complaints:
            out.print(complaint, markup=False, style="red")
    if complaints:
        raise typer.Exit(1)
