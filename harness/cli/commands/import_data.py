"""chatbench import."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from datasets.importing.request import TextMode
from harness.cli.application import app, out
from harness.cli.options import HOME, Home
from harness.cli.running import run_through
from harness.importing import bring_in, request_of, told


@app.command("import", epilog="Example: chatbench import messages.csv --name mydata --hash-ids")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Parquet or CSV of messages, packed or not; or a folder of them"),
    ],
    name: Annotated[str | None, typer.Option(help="what --dataset calls it (default: the first file's name)")] = None,
    users: Annotated[Path | None, typer.Option(help="file of users: only messages between these are kept")] = None,
    blocks: Annotated[Path | None, typer.Option(help="file of who blocks whom")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help="FIELD=COLUMN where the names do not tell, such as sender=author; repeatable"),
    ] = None,
    hash_ids: Annotated[
        bool, typer.Option("--hash-ids", help="replace ids by keyed hashes (and texts by phrases, unless --text keep)")
    ] = False,
    salt_file: Annotated[
        Path | None,
        typer.Option("--salt-file", help="keep the hash's key here, to hash alike again (default: forgotten)"),
    ] = None,
    text: Annotated[
        TextMode | None,
        typer.Option(help="texts: as they are, others of the same length, or made from given lengths (default: keep)"),
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", help="UTC; later times are rejected (default: now)")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="of what is made up")] = 1,
    replace: Annotated[bool, typer.Option("--replace", help="replace the import of that name")] = False,
    home: Home = HOME,
) -> None:
    """Make a dataset of your own messages: what cannot be kept is counted by reason, and listed."""

    def work() -> None:
        request = request_of(
            files=files,
            name=name,
            users=users,
            blocks=blocks,
            columns=column or [],
            text=text,
            hash_ids=hash_ids or salt_file is not None,
            salt_file=salt_file,
            as_of=(as_of or datetime.now(UTC)).replace(tzinfo=UTC),
            seed=seed,
        )
        manifest = bring_in(request, home, replace=replace)
        out.print("\n".join(told(manifest, home)), markup=False)

    run_through(work)
