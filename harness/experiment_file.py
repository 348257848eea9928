"""Experiment files: TOML, or flags, become an experiment; an error names file, key and what was expected."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.conditions import conditions_from
from harness.errors import ExperimentError
from harness.experiment import ARRIVALS, MAINTENANCE, Experiment, KnownNames, ScenarioLoad
from harness.experiment_rules import check
from harness.hypotheses import hypothesis_from
from harness.judging.metrics import KNOWN_NAMES, METRICS, metric_name
from harness.mixing import Design, design_lanes
from harness.table import TableReader
from reference_server.errors import VariantError
from reference_server.variant import canonical_name, load_variant
from reference_server.variant_folders import is_folder, told
from scenarios.errors import MixError
from scenarios.mix import Mix, load_mix


def load_experiment(path: Path, known: KnownNames) -> Experiment:
    """Read an experiment file."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExperimentError(str(path), "file", error.strerror or str(error), "a readable TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ExperimentError(str(path), "file", str(error), "TOML 1.0 in UTF-8") from error
    return experiment_from(content, str(path), known)


def experiment_from(content: Mapping[str, Any], source: str, known: KnownNames) -> Experiment:
    """Check a table (of a file or of flags) and make the record."""
    table = TableReader(content, source)
    sweeps = tuple(_sweep(table, name, known) for name in table.texts("sweeps", least=0, default=[]))
    baseline = _variant(table, "baseline", table.text("baseline", default="baseline"), known)
    designs = tuple(_design(table, pair, baseline, known) for pair in table.lists("designs"))
    candidates = [
        _variant(table, "candidates", name, known)
        for name in table.texts("candidates", least=0, **({"default": []} if designs else {}))
    ]
    experiment = Experiment(
        name=table.text("name"),
        question=table.text("question", default=""),
        dataset=table.one_of("dataset", known.datasets, default="medium"),
        seed=table.whole("seed", least=0, default=1),
        baseline=baseline,
        candidates=(*candidates, *(lane for lane in design_lanes(baseline, designs) if lane not in candidates)),
        designs=designs,
        rounds=table.whole("rounds", least=1, default=6),
        max_rounds=table.optional_whole("max_rounds", least=1),
        minimum_effect=table.number("minimum_effect", above=0, below=1, default=0.05),
        primary=tuple(_metric(table, "primary", name) for name in table.texts("primary", default=["response_p50"])),
        scenarios=tuple(_scenario(part, known) for part in table.tables("scenarios", least=0 if sweeps else 1)),
        hypotheses=tuple(hypothesis_from(part, _metric) for part in table.tables("hypotheses", least=0)),
        sweeps=sweeps,
        find_capacity=table.flag("find_capacity", default=False),
        capacity_p99_ms=table.number("capacity_p99_ms", above=0, default=50.0),
        conditions=conditions_from(table),
    )
    table.nothing_else()
    check(table, experiment, known)
    return experiment


def _scenario(table: TableReader, known: KnownNames) -> ScenarioLoad:
    rate, share = table.optional_number_or_share("rate")
    arrivals = table.one_of("arrivals", ARRIVALS, default="poisson")
    mix = _mix(table)
    scenario = ScenarioLoad(
        name=mix.name if mix else table.one_of("name", known.scenarios),
        mix=str(_mix_path(table)) if mix else None,
        target=_target(table),
        users=table.whole("users", least=1, default=16),
        rate_per_s=rate,
        rate_share=share,
        arrivals=arrivals,
        warmup_s=table.number("warmup", above=-1e-9, default=1.0),
        window_s=table.number("window", above=0, default=5.0),
        compare=table.flag("compare", default=table.text("name") != MAINTENANCE),
        servers=table.whole("servers", least=1, default=1),
        receivers=table.optional_whole("receivers", least=1),
        devices=table.optional_whole("devices", least=1),
        only=tuple(canonical_name(name, base=table.folder) for name in table.texts("only", least=0, default=[])),
        jobs=tuple(_job(table, name, known) for name in table.texts("jobs", least=0, default=[])),
    )
    table.nothing_else()
    if scenario.is_remote and scenario.compare:
        raise table.error(
            "target",
            f"{scenario.target} is somebody else's server, whose schema chatbench cannot switch between lanes",
            '"direct" or "server", or compare = false',
        )
    if share is not None and not scenario.compare:
        raise table.error("rate", f"{share:.0%} of a capacity that is found for compared scenarios only", "a number")
    if (rate is None and share is None) != (arrivals == "closed"):
        raise table.error("rate", f"{rate or share} with arrivals {arrivals!r}", 'a rate, or arrivals = "closed"')
    return scenario


def _mix_path(table: TableReader) -> Path:
    """Relative paths begin where the experiment's file lies."""
    return ((table.folder or Path()) / table.text("name")).resolve()


def _mix(table: TableReader) -> Mix | None:
    """Of a scenario that is named by a mix's file. Raises ExperimentError with the file's line."""
    if not table.text("name").endswith(".toml"):
        return None
    try:
        return load_mix(_mix_path(table))
    except MixError as error:
        raise table.error("name", str(error).rstrip("."), "a mix; `chatbench new scenario NAME` makes one") from error


def _job(table: TableReader, name: str, known: KnownNames) -> str:
    if name not in known.jobs:
        raise table.unknown("jobs", name, known.jobs)
    return name


def _target(table: TableReader) -> str:
    target = table.text("target", default="direct")
    if target not in ("direct", "server") and not target.startswith(("http://", "https://")):
        raise table.error("target", f"{target!r} is no target", '"direct", "server" or a URL')
    return target


def _variant(table: TableReader, key: str, name: str, known: KnownNames) -> str:
    """A variant's name, or a combination's, whose parts exist and can be combined; of a folder's path, its name.

    Raises VariantError for a folder of the user's own, whose own files it names.
    """
    name, own = canonical_name(name, base=table.folder), told()
    for part in name.split("+"):
        if part not in known.variants and part not in own:
            beside = [f"./{part}"] if is_folder(part, table.folder) else []
            raise table.unknown(key, part, [*beside, *known.variants])
    if name in own:
        load_variant(name)
    if "+" in name:
        try:
            load_variant(name)
        except VariantError as error:
            raise table.error(key, str(error), "variants that can be combined") from error
    return name


def _design(table: TableReader, pair: list[str], baseline: str, known: KnownNames) -> Design:
    if len(pair) != 2:  # noqa: PLR2004 - a 2×2
        raise table.error(
            "designs", f"{pair!r} does not fit", 'two variants each, as in [["fillfactor90", "hot_index"]]'
        )
    one, other = (canonical_name(name, base=table.folder) for name in pair)
    for lane in design_lanes(baseline, ((one, other),)):
        _variant(table, "designs", lane, known)
    return one, other


def _sweep(table: TableReader, name: str, known: KnownNames) -> str:
    if name not in known.sweeps:
        raise table.unknown("sweeps", name, known.sweeps)
    return name


def _metric(table: TableReader, key: str, name: str) -> str:
    if metric_name(name) not in METRICS:
        raise table.unknown(key, name, KNOWN_NAMES)
    return name
