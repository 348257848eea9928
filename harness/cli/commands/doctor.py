"""chatbench doctor."""

from typing import Annotated

import typer
from rich.table import Table

from harness.cli.application import app, out
from harness.cli.options import HOME, Home, Postgres, RedisUrl
from harness.cli.running import run_to_end
from harness.doctor.check import Check
from harness.doctor.doctor import checks
from harness.lint.command import audit_own
from harness.lint.table import told
from harness.stack.config import StackConfig


@app.command(epilog="Example: chatbench doctor")
def doctor(
    read_only_probe: Annotated[
        bool, typer.Option("--read-only-probe", help="audit the database of --postgres too, as chatbench audit does")
    ] = False,
    home: Home = HOME,
    postgres: Postgres = None,
    redis: RedisUrl = None,
) -> None:
    """Say what is found, which versions, what is missing, and what to do."""
    config = StackConfig(home=home, postgres=postgres, redis=redis)
    found = run_to_end(checks(config))
    _show(found)
    if read_only_probe:
        for part in told(run_to_end(audit_own(config))):
            out.print(part)
    if any(check.status == "fail" for check in found):
        raise typer.Exit(3)


def _show(found: list[Check]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("check", "", "seen", "what to do"):
        table.add_column(column, overflow="fold")
    for check in found:
        table.add_row(check.name, check.status, check.seen, check.remedy or "")
    out.print(table)
