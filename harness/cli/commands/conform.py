"""chatbench conform."""

from typing import Annotated

import orjson
import typer

from harness.cli.application import app, out
from harness.cli.running import guard, run_to_end
from harness.conform.conforming import CHECKS, conform, tokens_of, urls_of
from harness.conform.telling import as_dict, table_of, verdict_of
from harness.progress import step


@app.command("conform", epilog="Example: chatbench conform http://127.0.0.1:8000")
def conform_(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="base URL of the server; several of one cluster comma-separated")
    ],
    checks: Annotated[str, typer.Option(help="some of the checks, comma-separated (default: all)")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
    patience: Annotated[float, typer.Option(min=0.1, help="seconds that an event is waited for")] = 5.0,
    token_secret: Annotated[
        str | None,
        typer.Option(envvar="CHATBENCH_TOKEN_SECRET", help="the server's secret (use the variable, not the option)"),
    ] = None,
    token_command: Annotated[
        str | None, typer.Option(help="prints the token of the user whose id is its last word, if yours differ")
    ] = None,
    sign_up_command: Annotated[
        str | None, typer.Option(help="adds the user whose id is its last word, if the API cannot")
    ] = None,
) -> None:
    """Check whether a server speaks chatbench's API, with users of its own; answers 1 where it deviates."""
    names = [name.strip() for name in checks.split(",") if name.strip()]
    if unknown := [name for name in names if name not in CHECKS]:
        raise typer.BadParameter(f"{unknown[0]!r} is no check. There are {', '.join(CHECKS)}.", param_hint="--checks")
    urls, tokens = guard(lambda: (urls_of(url), tokens_of(token_secret, token_command)))
    with step("checks", len(names or CHECKS)) as shown:
        found = run_to_end(
            conform(
                urls,
                tokens,
                checks=names or CHECKS,
                patience_s=patience,
                sign_up_command=sign_up_command,
                told=lambda done, check: shown.advance(done - shown.done, check),
            )
        )
    if as_json:
        typer.echo(orjson.dumps(as_dict(found), option=orjson.OPT_INDENT_2).decode())
    else:
        out.print(table_of(found))
        out.print(verdict_of(found), markup=False)
    if not found.conforms:
        raise typer.Exit(1)
