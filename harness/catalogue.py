"""What there is to choose from: variants, scenarios, datasets, experiments, hypotheses."""

import ast
import sys
import tomllib
from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

import scenarios.catalog
from datasets.names import dataset_names, find_dataset, home_of_environment
from datasets.shape import SIZES
from harness.errors import HarnessError
from harness.experiment import FOLDER, KnownNames
from harness.maintenance.catalogue import JOBS
from harness.sweep.catalog import SWEEPS
from harness.writing import writes
from reference_server.variant import Variant, load_variant, variants
from reference_server.variant_file import FACTORS


def known_names(home: Path | None = None) -> KnownNames:
    """Datasets are those of a home, by default the environment's."""
    return KnownNames(
        variants=variants(),
        scenarios=scenario_names(),
        datasets=dataset_names(home or home_of_environment()),
        sweeps=list(SWEEPS),
        jobs=[job.name for job in JOBS],
        writing=[path.stem for path in _scenario_files() if writes(path.read_text())],
    )


def scenario_names() -> list[str]:
    return sorted(path.stem for path in _scenario_files())


def describe(kind: str, *, factor: str | None = None, home: Path | None = None) -> list[dict[str, Any]]:
    """Entries of one kind, each with name and summary; of variants only those of a factor when one is asked for.

    Raises HarnessError for a kind or a factor that does not exist.
    """
    kinds: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "variants": _variants,
        "scenarios": _scenarios,
        "datasets": partial(_datasets, home or home_of_environment()),
        "experiments": _experiments,
        "hypotheses": _hypotheses,
        "sweeps": _sweeps,
    }
    if kind not in kinds:
        error = HarnessError(f"There is no list of {kind!r}. Choose one of: {', '.join(kinds)}.")
        error.exit_code = 2
        raise error
    entries = kinds[kind]()
    return entries if factor is None else _of_factor(entries, kind, factor)


def _of_factor(entries: list[dict[str, Any]], kind: str, factor: str) -> list[dict[str, Any]]:
    wanted = factor.strip().replace(" ", "_")
    if kind == "variants" and wanted in FACTORS:
        return [entry for entry in entries if entry["factor"] == wanted]
    problem = f"There is no factor {factor!r}." if kind == "variants" else f"The list of {kind} has no factors."
    near = get_close_matches(wanted, FACTORS, n=3) or FACTORS
    error = HarnessError(f"{problem} Ask for variants of one of: {', '.join(near)}.")
    error.exit_code = 2
    raise error


def _variants() -> list[dict[str, Any]]:
    """In the order of the factors, bundles first."""
    order = ["bundle", *FACTORS]
    entries = [_variant(load_variant(name)) for name in variants()]
    return sorted(entries, key=lambda entry: (order.index(entry["factor"]), entry["name"]))


def _variant(variant: Variant) -> dict[str, Any]:
    return {
        "name": variant.name,
        "factor": variant.steps[-1].factor,
        "summary": variant.summary,
        "question": variant.question,
        "source": variant.source,
        "extends": variant.extends,
        "factors": list(variant.factors),
        "known_gaps": list(variant.known_gaps),
    }


def _scenarios() -> list[dict[str, Any]]:
    """Read as text: importing a scenario would patch this process for gevent."""
    return [
        {"name": path.stem, "summary": _first_line(ast.get_docstring(ast.parse(path.read_text())))}
        for path in sorted(_scenario_files())
    ]


def _datasets(home: Path) -> list[dict[str, Any]]:
    sizes = [{"name": name, "summary": f"{count:,} messages", "messages": count} for name, count in SIZES.items()]
    imported = [find_dataset(name, seed=1, home=home) for name in dataset_names(home) if name not in SIZES]
    return sizes + [
        {"name": one.name, "summary": f"{one.messages:,} messages, imported", "messages": one.messages}
        for one in imported
    ]


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
