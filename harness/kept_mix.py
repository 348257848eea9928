"""Kept mixes: what each mix of a run said when the run began, so that no round measures another load than the first."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.experiment import Experiment
from harness.figure import figure
from scenarios.errors import MixError
from scenarios.mix import load_mix

#: A mix's path → its counts, shape and hours.
Mixes = Mapping[str, Mapping[str, Any]]


class MixChangedError(HarnessError):
    """A run's mix that is another now than when the run began."""

    exit_code = 2


def mixes_of(experiment: Experiment) -> Mixes:
    """For the manifest."""
    return {load.mix: load_mix(Path(load.mix)).as_dict() for load in experiment.scenarios if load.mix}


def require_unchanged(kept: Mixes) -> None:
    """Raises MixChangedError with what was edited, or that the file is gone."""
    for path, then in kept.items():
        try:
            now = load_mix(Path(path)).as_dict()
        except MixError as error:
            raise _changed(path, f"cannot be read any more ({str(error).rstrip('.')})") from error
        if told := "; ".join(_differences(then, now)):
            raise _changed(path, f"has changed since this run began ({told})")


def _changed(path: str, what: str) -> MixChangedError:
    return MixChangedError(
        f"{path} {what}, so what is left of the run would measure another load than its first rounds. "
        "Put the mix back as it was and resume, or start a new run with it."
    )


def _differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    ours, theirs = then["actions"], now["actions"]
    for name in dict.fromkeys([*ours, *theirs]):
        if ours.get(name, 0) != theirs.get(name, 0):
            yield f"{name}: {figure(ours.get(name, 0), 6)} then, {figure(theirs.get(name, 0), 6)} now"
    for key in ("shape", "hours"):
        if then[key] != now[key]:
            yield f"{key}: {then[key] or 'none'} then, {now[key] or 'none'} now"
