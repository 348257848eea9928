"""The start form: Locust's parser gets the options of a test, each with help; Locust draws them as fields."""

import os
from typing import Any

from datasets.names import dataset_names, home_of_environment
from harness.ui.choices import DIRECT, TARGETS
from reference_server.variant import variants
from scenarios.arrivals import Arrivals

#: Set before each test by whoever prepares it, never by a person.
PREPARED = ("postgres", "postgres_replica", "postgres_shards", "redis", "gate", "out", "token_secret")


def add_fields(parser: Any) -> None:
    """Called with Locust's parser; the order is the form's."""
    add = parser.add_argument
    variant, dataset = (os.environ.get(f"CHATBENCH_UI_{name}", "") for name in ("VARIANT", "DATASET"))
    add("--variant", default=variant, choices=sorted({*variants(), variant}), help="schema; seeded when missing")
    datasets = dict.fromkeys([*dataset_names(home_of_environment()), dataset])
    add("--dataset", default=dataset, choices=list(datasets), help="generated when missing")
    add("--target", default=DIRECT, choices=list(TARGETS), help="direct: no HTTP; server: ours; url: yours")
    add("--servers", type=int, default=1, help="of ours to start, for target server")
    add("--arrivals", default="poisson", choices=list(Arrivals), help="closed: each after the answer before")
    add("--rate", type=float, default=200.0, help="tasks/s of all users, in an open loop")
    add("--page-size", type=int, default=50, help="messages of a page")
    add("--warmup", type=float, default=2.0, help="seconds of load before figures count")
    add("--window", type=float, default=0.0, help="seconds that count; 0: until you stop it")
    add("--receivers", type=int, default=100, help="Fanout: users who are written to")
    add("--devices", type=int, default=2, help="Fanout: sockets of each receiver")
    add("--connections", type=int, default=8, help="PostgreSQL connections")
    add("--seed", type=int, default=1, help="of arrivals and picks")
    add("--dataset-seed", type=int, default=1, help="seed of the dataset")
    add("--url", default="", help="of your own servers, for target url")
    for name in PREPARED:
        add(f"--{name.replace('_', '-')}", default="", include_in_web_ui=False, help="set for each test")
