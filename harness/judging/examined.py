"""Examined: what each lane's one examination says, for summary.json and the report."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.evidence.plan_words import differences, lines, partitions, pruned
from harness.judging.metrics import Trial
from harness.rounds import AGAIN

Json = Mapping[str, Any]
#: What is kept of a plan beside its lines.
_PLAN_SUMS = (
    *("slot", "stratum", "mode", "hash", "planning_ms", "planning_blocks", "execution_ms", "rows", "blocks"),
    *("wal_bytes", "heap_fetches", "error"),
)


def examinations(trials: Sequence[Trial]) -> dict[str, Json]:
    """Lane → its examination, from the first trial that holds one; the A/A lane is left out.

    A void trial's counts as well: it was made after the window, and what disturbed that is over.
    """
    found: dict[str, Json] = {}
    for trial in trials:
        examined = (trial.get("evidence") or {}).get("examination")
        if examined and not trial["lane"].endswith(AGAIN):
            found.setdefault(trial["lane"], examined)
    return found


def plans_of(examined: Mapping[str, Json], baseline: str) -> list[dict[str, Any]]:
    """Each lane's plans with their trees as lines; a candidate's with what differs from the baseline's."""
    theirs = {_key(plan): plan for plan in (examined.get(baseline) or {}).get("plans") or ()}
    return [
        {"lane": lane, **_told(plan, None if lane == baseline else theirs.get(_key(plan)))}
        for lane, one in examined.items()
        for plan in one.get("plans") or ()
    ]


def _key(plan: Json) -> tuple[str, str, str]:
    return plan["slot"], plan["stratum"], plan["mode"]


def _told(plan: Json, other: Json | None) -> dict[str, Any]:
    found: dict[str, Any] = {key: plan.get(key) for key in _PLAN_SUMS}
    if "tree" not in plan:
        return found | {"lines": [], "partitions_touched": None, "partitions_left_out": None, "differences": None}
    tree = plan["tree"]
    comparable = other is not None and "tree" in other
    return found | {
        "lines": [list(line) for line in lines(tree)],
        "partitions_touched": partitions(tree) or None,
        "partitions_left_out": pruned(tree) or None,
        "differences": differences(other, plan) if other is not None and comparable else None,
    }


def flips_of(trials: Sequence[Trial]) -> dict[str, Any]:
    """Plans that changed within a trial, and statements whose executions moved between custom and generic plans."""
    looked = [trial for trial in trials if (trial.get("evidence") or {}).get("plans")]
    return {
        "trials_looked_at": len(looked),
        "flips": [
            {"trial": trial["trial"], "lane": trial["lane"], **flip}
            for trial in looked
            for flip in trial["evidence"]["plans"]["flips"]
        ],
        "prepared": list(_prepared(trials)),
        "notes": sorted({note for trial in looked for note in trial["evidence"]["plans"]["notes"]}),
    }


def _prepared(trials: Sequence[Trial]) -> Iterator[dict[str, Any]]:
    """Executions by kind of plan, summed over a lane's windows; absent where the load's connections were not asked."""
    sums: dict[tuple[str, str], list[int]] = {}
    for trial in trials:
        told = ((trial.get("evidence") or {}).get("prepared_plans")) or {}
        for slot, kinds in told.items():
            counts = sums.setdefault((trial["lane"], slot), [0, 0])
            counts[0] += kinds["custom"]
            counts[1] += kinds["generic"]
    for (lane, slot), (custom, generic) in sorted(sums.items()):
        yield {"lane": lane, "slot": slot, "custom": custom, "generic": generic, "mixed": bool(custom and generic)}


def indexes_of(examined: Mapping[str, Json], trials: Sequence[Trial], messages: int | None) -> list[dict[str, Any]]:
    """Each lane's indexes: use in all its windows, size, shape, share in what one send and one mark-read write."""
    found: list[dict[str, Any]] = []
    for lane, one in examined.items():
        own = [trial["evidence"] for trial in trials if trial["lane"] == lane and trial.get("evidence")]
        if not own:
            continue
        found += [
            {"lane": lane, "index": name, **_index(name, told, own, one, messages)}
            for name, told in sorted(own[-1]["indexes"].items())
        ]
    return found


def _index(name: str, told: Json, own: Sequence[Json], examined: Json, messages: int | None) -> dict[str, Any]:
    uses = [evidence["indexes"].get(name) or {} for evidence in own]
    shape = (examined.get("index_shapes") or {}).get(name) or {}
    density = ((examined.get("index_density") or {}).get(name) or {}).get("leaf_density")
    scans = sum(use.get("scans") or 0 for use in uses)
    return {
        "table": told["table"],
        "definition": shape.get("definition"),
        "guards_uniqueness": shape.get("is_unique"),
        "bytes": told["bytes"],
        "bytes_per_million_messages": told["bytes"] / messages * 1e6 if messages else None,
        "scans": scans,
        "tuples_read": sum(use.get("tuples_read") or 0 for use in uses),
        "unused": scans == 0,
        "redundant": (examined.get("redundant_indexes") or {}).get(name),
        "leaf_density": density,
        **_writes(name, examined),
    }


def _writes(name: str, examined: Json) -> dict[str, Any]:
    """Bytes of WAL per sent message and per mark-read call, without images, and the share of the whole send."""
    probe = examined.get("probe") or {}
    found: dict[str, Any] = {}
    for operation in ("send", "mark_read"):
        part = probe.get(operation) or {}
        relations = part.get("relations")
        own = None if relations is None else (relations.get(name) or {"wal_bytes": 0.0})["wal_bytes"]
        whole = part.get("wal_bytes")
        found[f"wal_bytes_per_{operation}"] = own
        found[f"share_of_{operation}"] = own / whole if own is not None and whole else None
    return found


def redis_families_of(trials: Sequence[Trial], examined: Mapping[str, Json]) -> list[dict[str, Any]]:
    """Keys and memory from the examination; hits and misses summed over a lane's windows, None where nobody counted."""
    found: list[dict[str, Any]] = []
    for lane, one in examined.items():
        counted = [
            counts
            for trial in trials
            if trial["lane"] == lane and (counts := (trial.get("evidence") or {}).get("cache_reads")) is not None
        ]
        families = one.get("redis_families") or {}
        names = sorted({*families, *(name for counts in counted for name in counts)})
        found += [{"lane": lane, "family": name, **_family(name, families, counted)} for name in names]
    return found


def _family(family: str, families: Mapping[str, Json], counted: Sequence[Json]) -> dict[str, Any]:
    told = families.get(family) or {}
    ours = [counts[family] for counts in counted if family in counts]
    hits = sum(one["hits"] for one in ours) if ours else None
    misses = sum(one["misses"] for one in ours) if ours else None
    asked = (hits or 0) + (misses or 0)
    return {
        "keys": told.get("keys", 0),
        "bytes_per_key": told.get("bytes_per_key"),
        "memory_bytes": told.get("memory_bytes"),
        "hits": hits,
        "misses": misses,
        "hit_share": hits / asked if hits is not None and asked else None,
    }
