"""chatbench doctor."""

import typer
from rich.table import Table

from harness.cli.application import app, out
from harness.cli.options import HOME, Home, Postgres, RedisUrl
from harness.cli.running import run_to_end
from harness.doctor import checks
from harness.stack.config import StackConfig


@app.command(epilog="Example: chatbench doctor")
def doctor(home: Home = HOME, postgres: Postgres = None, redis: RedisUrl = None) -> None:
    """Say what is found, which versions, what is missing, and what to do."""
    found = run_to_end(checks(StackConfig(home=home, postgres=postgres, redis=redis)))
    table = Table(box=None, pad_edge=False)
    for column in ("check", "", "seen", "what to do"):
        table.add_column(column)
    for check in found:
        table.add_row(check.name, check.status, check.seen, check.remedy or "")
    out.print(table)
    if any(check.status == "fail" for check in found):
        raise typer.Exit(3)
