"""chatbench new: folders and files of the user's own, to start from."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.application import app, out
from harness.cli.plans import names_in
from harness.cli.running import guard
from harness.scaffold.mix import scaffold_mix
from harness.scaffold.variant import scaffold_variant

new = typer.Typer(no_args_is_help=True, help="Scaffold something of your own, with comments that explain each part.")
app.add_typer(new, name="new", epilog="Example: chatbench new variant mine --from spec")


@new.command("variant", epilog="Example: chatbench new variant mine --from spec")
def variant(
    name: Annotated[str, typer.Argument(help="the variant's name, and its folder's")],
    parent: Annotated[str, typer.Option("--from", help="variant whose SQL it starts from")] = "spec",
    directory: Annotated[Path, typer.Option(help="where the folder is made")] = Path(),
    own: Annotated[
        str, typer.Option(help="operations whose SQL is to be your own, such as newest_page,send/insert")
    ] = "",
) -> None:
    """Make a folder with variant.toml and the SQL of each operation, for a schema of your own."""
    folder = guard(lambda: scaffold_variant(name, parent, directory, names_in(own)))
    shown = folder if folder.is_absolute() else f"./{folder}"
    out.print(
        f"{shown}: edit variant.toml, then `chatbench verify --variant {shown} --dataset tiny`",
        markup=False,
        soft_wrap=True,
    )


@new.command("scenario", epilog="Example: chatbench new scenario mine")
def scenario(
    name: Annotated[str, typer.Argument(help="the scenario's name, and its file's")],
    directory: Annotated[Path, typer.Option(help="where the file is made")] = Path(),
) -> None:
    """Make a file of how often users do what: a scenario without code."""
    file = guard(lambda: scaffold_mix(name, directory))
    shown = file if file.is_absolute() else f"./{file}"
    out.print(
        f"{shown}: put your counts in, then `chatbench run --scenario {shown} --dataset tiny`",
        markup=False,
        soft_wrap=True,
    )
