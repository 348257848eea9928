"""chatbench list."""

from typing import Annotated

import orjson
import typer

from harness.catalogue import describe
from harness.cli.application import app, out
from harness.cli.options import HOME, Home
from harness.cli.running import guard
from harness.listing import show
from reference_server.variant import load_variant


@app.command("list", epilog="Example: chatbench list variants --json")
def list_(
    kind: Annotated[
        str, typer.Argument(help="variants, scenarios, sweeps, datasets, experiments or hypotheses")
    ] = "variants",
    variant: Annotated[str | None, typer.Option(help="folder of a variant of your own, to be listed too")] = None,
    factor: Annotated[str | None, typer.Option(help="variants that change this factor only")] = None,
    home: Home = HOME,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """List what there is to choose from."""
    if variant:
        guard(lambda: load_variant(variant))
    entries = guard(lambda: describe(kind, factor=factor, home=home))
    if as_json:
        typer.echo(orjson.dumps(entries, option=orjson.OPT_INDENT_2).decode())
        return
    show(entries, out)
