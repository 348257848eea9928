"""A mix's file: every action with an explained count, to be replaced by somebody's own."""

import re
from pathlib import Path

from harness.catalogue import scenario_names
from harness.errors import HarnessError

_TEMPLATE = Path(__file__).with_name("mix.toml.txt")


def scaffold_mix(name: str, directory: Path) -> Path:
    """The file. Raises HarnessError for a name that cannot be one, or is taken."""
    file = directory / f"{name}.toml"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise _refused(f"{name!r} is no name for a scenario", "Use lower-case letters, digits and _")
    if name in scenario_names():
        raise _refused(f"the name {name!r} is a scenario's already", "Choose another")
    if file.exists():
        raise _refused(f"{file} is there already", "Choose another name")
    directory.mkdir(parents=True, exist_ok=True)
    file.write_text(_TEMPLATE.read_text(encoding="utf-8").format(name=name), encoding="utf-8")
    return file


def _refused(fact: str, remedy: str) -> HarnessError:
    error = HarnessError(f"{fact[0].upper()}{fact[1:]}. Nothing was written. {remedy}.")
    error.exit_code = 2
    return error
