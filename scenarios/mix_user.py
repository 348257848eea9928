"""A mix as a Locust user: the catalog's own tasks in the mix's proportions."""

import importlib
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scenarios.errors import MixError
from scenarios.mix import ACTIONS, Mix, load_mix
from scenarios.user import ChatUser


def asked_mix() -> Mix | None:
    """That of --mix or CHATBENCH_MIX. Locust reads its options after the classes, so the command line is looked at.

    Ends the process with the file's error: a stack trace would hide its line.
    """
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--mix", default=os.environ.get("CHATBENCH_MIX", ""))
    path = parser.parse_known_args()[0].mix
    try:
        return load_mix(Path(path)) if path else None
    except MixError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


def mix_user(mix: Mix) -> type[ChatUser]:
    weights = {_task(ACTIONS[name]): weight for name, weight in mix.weights().items()}
    made: type[ChatUser] = type(mix.class_name, (ChatUser,), {"tasks": weights, "__doc__": mix.summary})
    return made


def _task(place: str) -> Callable[..., Any]:
    module, kind, task = place.split(".")
    found: Callable[..., Any] = getattr(getattr(importlib.import_module(f"scenarios.catalog.{module}"), kind), task)
    return found
