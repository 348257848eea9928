"""Plans: flags become an experiment, checked as a file would be, and a folder for its run."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.catalogue import known_names
from harness.cli.running import guard
from harness.experiment import FOLDER, Experiment
from harness.experiment_file import experiment_from
from harness.run_folder import RunFolder


def experiment_of_flags(
    *,
    dataset: str,
    seed: int,
    baseline: str,
    candidates: list[str] | None = None,
    scenarios: list[dict[str, Any]] | None = None,
    sweeps: list[str] | None = None,
    rounds: int = 1,
    home: Path | None = None,
) -> Experiment:
    """An experiment of flags, checked as a file would be."""
    content = {
        "name": "flags",
        "dataset": dataset,
        "seed": seed,
        "baseline": baseline,
        "candidates": candidates or [],
        "rounds": rounds,
        # it is not run, so one that suits every variant
        "scenarios": [{"name": "pagination", "rate": 1.0}] if scenarios is None else scenarios,
        "sweeps": sweeps or [],
    }
    return guard(lambda: experiment_from(content, "command line", known_names(home)))


def load_of_flags(
    scenario: str, target: str, users: int, rate: float | str, warmup: float, window: float, *, servers: int = 1
) -> dict[str, Any]:
    number = _rate(rate)
    paced: dict[str, Any] = {"arrivals": "closed"} if number == 0 else {"arrivals": "poisson", "rate": number}
    return {
        "name": scenario,
        "target": target,
        "users": users,
        "warmup": warmup,
        "window": window,
        "servers": servers,
        **paced,
    }


def _rate(given: float | str) -> float | str:
    """A share stays the text that an experiment file would have."""
    try:
        return float(given)
    except ValueError:
        return given


def names_in(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def experiment_path(name: str) -> Path:
    """A path, or the name of one that ships."""
    shipped = FOLDER / f"{name}.toml"
    return shipped if shipped.exists() else Path(name)


def create_folder(path: Path) -> RunFolder:
    return guard(lambda: RunFolder.create(path))


def new_folder(name: str) -> Path:
    return Path("runs") / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{name}"
