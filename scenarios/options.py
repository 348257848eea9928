"""The options that chatbench adds to Locust's own, on the command line and in the web UI."""

import socket
from argparse import Namespace
from typing import Any

from datasets.names import dataset_names, home_of_environment
from scenarios.arrivals import Arrivals
from scenarios.mix import SHAPES

#: What depends on the machine: a worker that was told one itself keeps it, whatever its master was told.
_OF_THE_MACHINE = (
    *("postgres", "postgres_replica", "postgres_shards", "redis", "target", "token_secret", "connections"),
    *("worker_name", "out", "gate"),
)


def own_options(options: Namespace) -> dict[str, Any]:
    """Those of this machine that are not at their defaults."""
    given = {name: getattr(options, name, None) for name in _OF_THE_MACHINE}
    return {name: value for name, value in given.items() if value and value != _DEFAULTS.get(name)}


_DEFAULTS: dict[str, Any] = {"target": "direct", "connections": 8}


def add_options(parser: Any) -> None:
    """Called with Locust's parser. Secrets stay out of the web UI and come from the environment."""
    add = parser.add_argument
    add("--variant", default="baseline", env_var="CHATBENCH_VARIANT", help="schema variant that `direct` talks to")
    add(
        "--dataset",
        default="tiny",
        choices=dataset_names(home_of_environment()),
        env_var="CHATBENCH_DATASET",
        help="dataset in the database: a size, an import's name or folder, or SHAPE.toml:SIZE",
    )
    add("--dataset-seed", type=int, default=1, env_var="CHATBENCH_DATASET_SEED", help="seed of the dataset")
    add(
        "--target",
        default=_DEFAULTS["target"],
        env_var="CHATBENCH_TARGET",
        help="`direct`, or base URLs of servers with the chat API, comma-separated",
    )
    add("--postgres", default="", env_var="CHATBENCH_POSTGRES", include_in_web_ui=False, help="DSN for `direct`")
    add(
        "--postgres-replica",
        default="",
        env_var="CHATBENCH_POSTGRES_REPLICA",
        include_in_web_ui=False,
        help="DSN of a standby that `direct` reads from, where the variant has one",
    )
    add(
        "--postgres-shards",
        default="",
        env_var="CHATBENCH_POSTGRES_SHARDS",
        include_in_web_ui=False,
        help="DSNs of the databases beside the first, space-separated, where the variant has several",
    )
    add("--redis", default="", env_var="CHATBENCH_REDIS", include_in_web_ui=False, help="Redis URL for `direct`")
    add("--connections", type=int, default=_DEFAULTS["connections"], help="PostgreSQL connections of one load process")
    add("--mix", default="", env_var="CHATBENCH_MIX", include_in_web_ui=False, help="TOML of how often users do what")
    add(
        "--shape",
        default="",
        choices=["", *SHAPES],
        include_in_web_ui=False,
        help="how the load moves over the window; --users are the peak (in the web UI: --class-picker chooses)",
    )
    add("--arrivals", default="poisson", choices=list(Arrivals), help="open-loop schedule, or closed loop")
    add("--rate", type=float, default=200.0, help="tasks per second, all users together (open loop)")
    add("--warmup", type=float, default=2.0, help="seconds of load before the measured window")
    add("--window", type=float, default=0.0, help="measured seconds (0: --run-time less warm-up, or until stopped)")
    add("--seed", type=int, default=1, help="seed of arrivals and of whom each user picks")
    add("--page-size", type=int, default=50, help="rows of a page")
    add("--receivers", type=int, default=200, help="fanout: users who receive")
    add("--devices", type=int, default=2, help="fanout: devices of each receiver")
    add(
        "--worker-name",
        default=socket.gethostname(),
        env_var="CHATBENCH_WORKER_NAME",
        include_in_web_ui=False,
        help="what results call this worker",
    )
    add("--out", default="", include_in_web_ui=False, help="folder for outcome.json")
    add("--gate", default="", include_in_web_ui=False, help="socket of a process that measures around the load")
    add(
        "--token-secret",
        default="",
        env_var="CHATBENCH_TOKEN_SECRET",
        include_in_web_ui=False,
        help="secret that signs access tokens for a URL target (use the variable, not the option)",
    )
