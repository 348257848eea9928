"""Options that several commands share, each also an environment variable where it names something of the machine."""

from pathlib import Path
from typing import Annotated

import typer

from datasets.shape import SIZES
from harness.conditions import CACHE_REGIMES
from reports.files import FORMATS

Home = Annotated[Path, typer.Option(envvar="CHATBENCH_HOME", help="where servers, datasets and snapshots live")]
Postgres = Annotated[
    str | None, typer.Option(envvar="CHATBENCH_POSTGRES", help="DSN of your own PostgreSQL (default: embedded)")
]
RedisUrl = Annotated[
    str | None, typer.Option("--redis", envvar="CHATBENCH_REDIS", help="URL of your own Redis (default: embedded)")
]
HOME = Path(".chatbench")
#: Of the commands that only look: there is nothing of chatbench's own to look at.
PostgresToRead = Annotated[
    str | None, typer.Option("--postgres", envvar="CHATBENCH_POSTGRES", help="DSN of the database to look at")
]
DatasetName = Annotated[
    str, typer.Option("--dataset", help=f"{', '.join(SIZES)}; an import's name or folder; SHAPE.toml:SIZE")
]
Formats = Annotated[
    list[str] | None, typer.Option("--format", help=f"{', '.join(FORMATS)}; repeatable (compare always writes html)")
]
FailOn = Annotated[
    list[str] | None,
    typer.Option(help='answer 1 on "worse", "unresolved" or "[SCENARIO or OPERATION] METRIC > +10%"; repeatable'),
]
CacheRegime = Annotated[
    str | None,
    typer.Option("--cache-regime", help=f"where pages are when a window begins: {', '.join(CACHE_REGIMES)}"),
]
RedisState = Annotated[
    str | None, typer.Option("--redis-state", help="cold: emptied before each trial; warm: filled by reads first")
]
MetricsPort = Annotated[
    int | None,
    typer.Option(min=1, max=65000, help="Prometheus is answered there, of servers 100 above (default: off)"),
]
Aged = Annotated[bool, typer.Option("--aged", help="snapshots whose newest messages went through live indexes")]
Pin = Annotated[bool, typer.Option("--pin", help="servers and load generator on cores of their own")]
