"""chatbench profile."""

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from datasets.shape_file import written
from harness.cli.application import app, out
from harness.cli.options import PostgresToRead
from harness.cli.running import guard, run_to_end
from harness.profile.errors import ProfileError
from harness.profile.fitting import fitted
from harness.profile.mapping import read_mapping
from harness.profile.questions import all_statements
from harness.profile.reading import Limits, read
from harness.profile.telling import name_of, remarks, summary, told
from harness.progress import say


@app.command(epilog="Example: chatbench profile --postgres postgresql://me@db/chat --out support.toml")
def profile(
    postgres: PostgresToRead = None,
    mapping: Annotated[Path | None, typer.Option(help="TOML of your tables and columns, where they differ")] = None,
    out_file: Annotated[Path, typer.Option("--out", help="shape file to write")] = Path("shape.toml"),
    name: Annotated[str | None, typer.Option(help="the shape's name (default: the file's)")] = None,
    messages: Annotated[int, typer.Option(min=1_000, help="messages to sample, about")] = 500_000,
    conversations: Annotated[int, typer.Option(min=100, help="conversations to sample, about")] = 20_000,
    timeout: Annotated[float, typer.Option(min=0.1, help="seconds for each statement")] = 30.0,
    show_sql: Annotated[bool, typer.Option("--show-sql", help="print each statement as it runs")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="print the statements and ask nothing")] = False,
) -> None:
    """Read a database's statistics, never rows, into a shape file from which data of any size is generated."""
    names = guard(lambda: read_mapping(mapping))
    if dry_run:
        out.print("\n".join(f"-- [{title}]\n{sql}" for title, sql in all_statements(names)), markup=False)
        return

    async def work() -> None:
        if postgres is None:
            raise ProfileError("--postgres is missing, so there is nothing to profile. Give your database's DSN.")
        called = name_of(out_file, name)
        limits = Limits(messages=messages, conversations=conversations, timeout_s=timeout)
        readings = await read(postgres, names, limits, lambda *asked: say(told(*asked, sql_too=show_sql)))
        shape = fitted(readings, called)
        out_file.write_text(written(shape, remarks(readings, datetime.now(UTC))), encoding="utf-8")
        out.print("\n".join(summary(shape, readings)), markup=False)
        out.print(f"{out_file}: chatbench seed --shape {shlex.quote(str(out_file))} --messages 500k", markup=False)

    run_to_end(work())
