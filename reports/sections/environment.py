"""Environment: where the run took place, on which data, with which variants."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from reports.section import Section, fill
from reports.stored_run import StoredRun
from reports.tables import table
from reports.wording import MISSING, amount, duration, listed, size


def build(run: StoredRun) -> Section | None:
    variants = [
        {
            "variant": name,
            "summary": found.get("summary"),
            "gives up": MISSING if (gaps := found.get("known_gaps")) is None else listed(gaps or ["nothing"]),
            "built in": duration(found["build_s"] * 1e6 if found.get("build_s") is not None else None),
            "size": size(found.get("database_bytes")),
        }
        for name, found in run.summary["variants"].items()
    ]
    return Section(
        anchor="environment",
        title="Environment",
        body=fill(
            "sections/environment.html.j2",
            variants=table(pd.DataFrame(variants), "Variants") if variants else None,
            groups=[("Dataset", list(_flat(run.summary["dataset"]))), *_groups(run.summary["environment"])],
        ),
    )


def _groups(environment: Mapping[str, Any]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Plain facts together first, then each nested table under its own name."""
    plain = {key: value for key, value in environment.items() if not isinstance(value, Mapping)}
    if plain:
        yield "Machine and software", list(_flat(plain))
    for key, value in environment.items():
        if isinstance(value, Mapping) and value:
            yield key, list(_flat(value))


def _flat(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, part in value.items():
        if isinstance(part, Mapping):
            yield from _flat(part, f"{path}{key}.")
        else:
            yield f"{path}{key}", _worded(key, part)


def _worded(key: str, part: Any) -> str:
    if key.endswith("_bytes") and isinstance(part, int):
        return size(part)
    if isinstance(part, list):
        return ", ".join(str(item) for item in part)
    if isinstance(part, int | float) and not isinstance(part, bool) and key != "seed":
        return amount(part)
    return "–" if part is None else str(part)
