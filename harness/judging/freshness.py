"""Freshness: a warning where a verdict needs a database that has been used, and the snapshots were new."""

from collections.abc import Iterator, Mapping
from typing import Any

#: What costs of page splits, dead versions and free space decide.
NEED_AGE = frozenset({"identifiers", "storage", "secondary_indexes"})


def fresh_warnings(manifest: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One for each candidate that changes such a factor against the baseline."""
    experiment, variants = manifest["experiment"], manifest.get("variants") or {}
    if (experiment.get("conditions") or {}).get("aged"):
        return
    known = set((variants.get(experiment["baseline"]) or {}).get("factors") or ())
    for lane in experiment["candidates"]:
        changed = set((variants.get(lane) or {}).get("factors") or ()) - known
        if needed := sorted(changed & NEED_AGE):
            yield {"kind": "fresh", "lane": lane, "text": _told(lane, needed)}


def _told(lane: str, factors: list[str]) -> str:
    named = " and ".join(factor.replace("_", " ") for factor in factors)
    return (
        f"{lane} changes {named}, and snapshots were fresh: indexes dense, no dead rows. Its write costs and sizes "
        "are those of the first day; compare again with --aged"
    )
