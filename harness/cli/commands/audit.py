"""chatbench audit."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import orjson
import typer

from harness.cli.application import app, out
from harness.cli.options import HOME, DatasetName, Home, PostgresToRead, RedisUrl
from harness.cli.plans import experiment_of_flags
from harness.cli.running import guard, run_to_end
from harness.lint.audit import Audit
from harness.lint.command import audit_own, audit_snapshot
from harness.lint.mapping import read_mapping
from harness.lint.snippet import write as written
from harness.lint.table import told
from harness.stack.config import StackConfig
from reports.audit_page import audit_page


@app.command(epilog="Example: chatbench audit --postgres postgresql://me@db.example.com/chat --mapping operations.toml")
def audit(
    mapping: Annotated[Path | None, typer.Option(help="TOML: which SQL each operation runs")] = None,
    analyze: Annotated[bool, typer.Option("--analyze", help="execute the operations that are SELECTs")] = False,
    variant: Annotated[
        str | None, typer.Option(help="a variant's snapshot, asked by its own use cases, instead of your own database")
    ] = None,
    dataset: DatasetName = "tiny",
    dataset_seed: Annotated[int, typer.Option("--seed", min=0, help="with --variant: the dataset's seed")] = 1,
    extends: Annotated[
        str | None, typer.Option(help="the variant that is this schema; suggestions extend it (default: --variant)")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="text, json or html")] = "text",
    out_file: Annotated[Path | None, typer.Option("--out", help="file instead of the terminal")] = None,
    write: Annotated[Path | None, typer.Option(help="folder for the suggestions, each as a variant's folder")] = None,
    home: Home = HOME,
    postgres: PostgresToRead = None,
    redis: RedisUrl = None,
) -> None:
    """Lint the indexes of an existing schema, explain its operations and suggest indexes; nothing is written to it."""
    config = StackConfig(home=home, postgres=postgres, redis=redis)
    if form not in ("text", "json", "html"):
        raise typer.BadParameter(f"{form!r} is unknown; one of text, json, html", param_hint="--format")
    operations = guard(lambda: read_mapping(mapping)) if mapping else []
    found = run_to_end(
        audit_snapshot(
            config, experiment_of_flags(dataset=dataset, seed=dataset_seed, baseline=variant), analyze=analyze
        )
        if variant
        else audit_own(config, operations, analyze=analyze)
    )
    found = replace(found, extends=extends or found.extends)
    _tell(found, form, out_file, write or Path())
    if write is not None:
        for _, made in found.tried():
            out.print(f"{guard(partial(written, made, write))} written", markup=False)


def _tell(found: Audit, form: str, out_file: Path | None, folder: Path) -> None:
    if form == "json":
        text = orjson.dumps(found.as_dict(), option=orjson.OPT_INDENT_2).decode()
    elif form == "html":
        text = audit_page(found)
    else:
        for part in told(found, folder):
            out.print(part)
        return
    if out_file is None:
        typer.echo(text)
    else:
        out_file.write_text(text, encoding="utf-8")
        out.print(f"{out_file} written")
