"""The price of a variant: what building, storing, writing, planning and reading cost, in one row."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from harness.judging.metrics import Trial
from harness.statistics.histograms import decode, merge
from harness.statistics.pareto import front

Json = Mapping[str, Any]
_NEWEST = ("newest_page", "hot conversation, first page")
_DEEP = ("older_page", "hot conversation, deep page")
_P99_FROM = 100


def prices_of(
    manifest: Json, trials: Sequence[Trial], examined: Mapping[str, Json], baseline: str
) -> list[dict[str, Any]]:
    """One row a lane; what was not measured is None."""
    messages = (manifest["dataset"].get("rows") or {}).get("messages")
    rows = [_price(lane, manifest["variants"].get(lane) or {}, trials, one, messages) for lane, one in examined.items()]
    reads = _read_costs(examined, baseline)
    for row in rows:
        row["read_blocks_ratio"] = reads.get(row["lane"])
    best = front({row["lane"]: costs for row in rows if None not in (costs := tuple(row[key] for key in _COSTS))})
    return [row | {"on_front": row["lane"] in best} for row in rows]


#: What the Pareto front weighs: reading, writing, space.
_COSTS = ("read_blocks_ratio", "wal_bytes_per_send", "bytes_per_million_messages")


def _price(lane: str, variant: Json, trials: Sequence[Trial], examined: Json, messages: int | None) -> dict[str, Any]:
    probe = examined.get("probe") or {}
    size, marked = _occupied(lane, trials), probe.get("marked_messages")
    per_call = (probe.get("mark_read") or {}).get("wal_bytes")
    newest, deep = _plan(examined, *_NEWEST), _plan(examined, *_DEEP)
    p99, source = _insert_p99(lane, trials, probe)
    return {
        "lane": lane,
        "build_s": variant.get("build_s"),
        "bytes_per_million_messages": size / messages * 1e6 if size and messages else None,
        "wal_bytes_per_send": (probe.get("send") or {}).get("wal_bytes"),
        "wal_bytes_per_mark_read": per_call,
        "wal_bytes_per_marked_message": (
            per_call * probe["mark_reads"] / marked if per_call is not None and marked else None
        ),
        "planning_ms": newest.get("planning_ms"),
        "newest_page_blocks": newest.get("blocks"),
        "deep_page_planning_ms": deep.get("planning_ms"),
        "deep_page_blocks": deep.get("blocks"),
        "insert_p99_us": p99,
        "insert_p99_source": source,
    }


def _occupied(lane: str, trials: Sequence[Trial]) -> int | None:
    """Tables with TOAST and indexes, after the lane's first window; not the catalogue, 7 MB in any database."""
    for trial in trials:
        if trial["lane"] == lane and (tables := (trial.get("evidence") or {}).get("tables")):
            return sum(int(table["bytes"]) + int(table["indexes_bytes"]) for table in tables.values())
    return None


def _plan(examined: Json, slot: str, stratum: str) -> Json:
    wanted = (slot, stratum, "custom")
    return next((p for p in examined.get("plans") or () if (p["slot"], p["stratum"], p["mode"]) == wanted), {})


def _insert_p99(lane: str, trials: Sequence[Trial], probe: Json) -> tuple[float | None, str | None]:
    """Of the windows' sends where the scenario sends enough; else of the probe's, one after the other."""
    encoded = [
        trial["operations"]["send"]["service"]
        for trial in trials
        if trial["lane"] == lane and (trial["operations"].get("send") or {}).get("service")
    ]
    told = merge(decode(text) for text in encoded) if encoded else None
    if told and told.total >= _P99_FROM:
        return told.quantile(0.99), "window, service time"
    sent = sorted(probe.get("send_us") or ())
    if len(sent) < _P99_FROM:
        return None, None
    return float(sent[math.ceil(0.99 * len(sent)) - 1]), "probe, one connection"


def _read_costs(examined: Mapping[str, Json], baseline: str) -> dict[str, float]:
    """Geometric mean over the reads that both have of blocks ÷ the baseline's blocks, custom plans."""
    blocks = {lane: _read_blocks(one) for lane, one in examined.items()}
    ours = blocks.get(baseline) or {}
    found = {}
    for lane, theirs in blocks.items():
        ratios = [math.log(theirs[key] / ours[key]) for key in ours.keys() & theirs.keys()]
        if ratios:
            found[lane] = math.exp(sum(ratios) / len(ratios))
    return found


def _read_blocks(examined: Json) -> dict[tuple[str, str], float]:
    """(operation, stratum) → blocks of all its statements: variants may split one in two."""
    sums: dict[tuple[str, str], float] = {}
    for plan in examined.get("plans") or ():
        if plan["mode"] == "custom" and plan.get("blocks") and not plan.get("wal_bytes"):
            key = (plan["slot"].split("/")[0], plan["stratum"])
            sums[key] = sums.get(key, 0.0) + plan["blocks"]
    return sums
