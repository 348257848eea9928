"""What there is to choose from: variants, scenarios, datasets, experiments, hypotheses."""

import ast
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import scenarios.catalog
from datasets.shape import SIZES
from harness.errors import HarnessError
from harness.experiment import FOLDER, KnownNames
from harness.maintenance.catalogue import JOBS
from harness.sweep.catalog import SWEEPS
from reference_server.variant import load_variant, variants


def known_names() -> KnownNames:
    return KnownNames(
        variants=variants(),
        scenarios=scenario_names(),
        datasets=list(SIZES),
        sweeps=list(SWEEPS),
        jobs=[job.name for job in JOBS],
    )


def scenario_names() -> list[str]:
    return sorted(path.stem for path in _scenario_files())


def describe(kind: str) -> list[dict[str, Any]]:
    """Entries of one kind, each with name and summary. Raises HarnessError for a kind that does not exist."""
    kinds: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "variants": _variants,
        "scenarios": _scenarios,
        "datasets": _datasets,
        "experiments": _experiments,
        "hypotheses": _hypotheses,
        "sweeps": _sweeps,
    }
    if kind not in kinds:
        error = HarnessError(f"There is no list of {kind!r}. Choose one of: {', '.join(kinds)}.")
        error.exit_code = 2
        raise error
    return kinds[kind]()


def _variants() -> list[dict[str, Any]]:
    loaded = [load_variant(name) for name in variants()]
    return [
        {"name": v.name, "summary": v.summary, "extends": v.extends, "known_gaps": list(v.known_gaps)} for v in loaded
    ]


def _scenarios() -> list[dict[str, Any]]:
    """Read as text: importing a scenario would patch this process for gevent."""
    return [
        {"name": path.stem, "summary": _first_line(ast.get_docstring(ast.parse(path.read_text())))}
        for path in sorted(_scenario_files())
    ]


def _datasets() -> list[dict[str, Any]]:
    return [{"name": name, "summary": f"{count:,} messages", "messages": count} for name, count in SIZES.items()]


def _sweeps() -> list[dict[str, Any]]:
    return [
        {"name": name, "summary": _first_line(sys.modules[type(sweep).__module__].__doc__)}
        for name, sweep in SWEEPS.items()
    ]


def _experiments() -> list[dict[str, Any]]:
    return [
        {"name": path.stem, "summary": tomllib.loads(path.read_text()).get("question", "")}
        for path in sorted(FOLDER.glob("*.toml"))
    ]


def _hypotheses() -> list[dict[str, Any]]:
    return [
        {"name": claim["id"], "summary": claim["claim"], "experiment": path.stem}
        for path in sorted(FOLDER.glob("*.toml"))
        for claim in tomllib.loads(path.read_text()).get("hypotheses", [])
    ]


def _scenario_files() -> list[Path]:
    folder = Path(scenarios.catalog.__file__).parent
    return [path for path in folder.glob("*.py") if path.stem != "__init__"]


def _first_line(docstring: str | None) -> str:
    return (docstring or "").split("\n", 1)[0]
