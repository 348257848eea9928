"""The start form: Locust's parser gets the options of a test, each with help; Locust draws them as fields."""

import os
from typing import Any

from datasets.names import dataset_names, home_of_environment
from harness.ui.choices import DIRECT, LEVEL, TARGETS
from harness.ui.fields import OURS
from reference_server.variant import variants
from scenarios.arrivals import Arrivals
from scenarios.mix import SHAPES

#: Set before each test by whoever prepares it, never by a person.
PREPARED = ("postgres", "postgres_replica", "postgres_shards", "redis", "gate", "out", "token_secret")


def add_fields(parser: Any) -> None:
    """Called with Locust's parser; the order is the form's."""
    add, numbers = parser.add_argument, {field.name: field for field in OURS}
    variant, dataset = (os.environ.get(f"CHATBENCH_UI_{name}", "") for name in ("VARIANT", "DATASET"))

    def add_numbers(*names: str) -> None:
        for name in names:
            field = numbers[name]
            add(f"--{name.replace('_', '-')}", type=type(field.default), default=field.default, help=field.help)

    add("--variant", default=variant, choices=sorted({*variants(), variant}), help="schema; seeded when missing")
    datasets = dict.fromkeys([*dataset_names(home_of_environment()), dataset])
    add("--dataset", default=dataset, choices=list(datasets), help="generated when missing")
    add("--target", default=DIRECT, choices=list(TARGETS), help="direct: no HTTP; server: ours; url: yours")
    add_numbers("servers")
    add("--arrivals", default="poisson", choices=list(Arrivals), help="closed: each after the answer before")
    add_numbers("rate")
    add("--shape", default=LEVEL, choices=[LEVEL, *SHAPES], help="moves users and rate, which are its peak")
    add_numbers("window", "warmup", "page_size", "receivers", "devices", "connections", "seed", "dataset_seed")
    add("--url", default="", help="of your own servers, for target url")
    for name in PREPARED:
        add(f"--{name.replace('_', '-')}", default="", include_in_web_ui=False, help="set for each test")
