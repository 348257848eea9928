"""Traffic: how much each lane answered, and what became of each fan-out delivery."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from harness.judging.comparison import TASK_PREFIX
from harness.judging.metrics import Trial
from harness.statistics.histograms import decode, merge

P99_SHOWN_FROM = 100


def throughput_of(trials: Sequence[Trial], lanes: Sequence[str]) -> list[dict[str, Any]]:
    """Operations per second of each scenario's lanes: the median over rounds."""
    rates: dict[tuple[str, str, str], list[float]] = {}
    for trial in trials:
        count = sum(o["count"] for name, o in trial["operations"].items() if not name.startswith(TASK_PREFIX))
        if window_s := trial["load"]["window_s"]:
            rates.setdefault((trial["scenario"], trial["target"], trial["lane"]), []).append(count / window_s)
    order = {lane: place for place, lane in enumerate(lanes)}
    return [
        {"scenario": s, "target": t, "lane": lane, "operations_per_s": median(values), "rounds": len(values)}
        for (s, t, lane), values in sorted(rates.items(), key=lambda item: (item[0][:2], order.get(item[0][2], 99)))
    ]


def deliveries_of(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Fan-out by scenario and lane: counts summed over rounds, percentiles of all deliveries together."""
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for trial in trials:
        if trial.get("deliveries"):
            groups.setdefault((trial["scenario"], trial["target"], trial["lane"]), []).append(trial["deliveries"])
    return [
        {"scenario": s, "target": t, "lane": lane, "rounds": len(parts)} | _delivered(parts)
        for (s, t, lane), parts in groups.items()
    ]


def replicas_of(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Read-your-writes misses and a replica's lag by scenario and lane: counts summed over rounds, the worst p99."""
    groups: dict[tuple[str, str, str], list[Trial]] = {}
    for trial in trials:
        if trial.get("own_writes") or (trial.get("topology") or {}).get("replica"):
            groups.setdefault((trial["scenario"], trial["target"], trial["lane"]), []).append(trial)
    return [
        {"scenario": s, "target": t, "lane": lane, "rounds": len(group)} | _own_writes(group) | _lag(group)
        for (s, t, lane), group in groups.items()
    ]


def _own_writes(trials: Sequence[Trial]) -> dict[str, Any]:
    parts = [trial["own_writes"] for trial in trials if trial.get("own_writes")]
    shown = merge(decode(part["shown_after"]) for part in parts if part.get("shown_after"))
    counts = {key: _total(parts, key) for key in ("looks", "misses", "never")}
    has = shown is not None and shown.total > 0
    return counts | {
        "shown_after_p50_us": shown.quantile(0.5) if shown is not None and has else None,
        "shown_after_p99_us": shown.quantile(0.99) if shown is not None and shown.total >= P99_SHOWN_FROM else None,
    }


def _lag(trials: Sequence[Trial]) -> dict[str, Any]:
    """The median of the rounds' medians, and the largest of what each round saw worst."""
    parts = [lag for trial in trials if (lag := (trial.get("topology") or {}).get("replica"))]
    middles = [part["lag_us_p50"] for part in parts if part["lag_us_p50"] is not None]
    return {
        "lag_samples": _total(parts, "samples"),
        "lag_p50_us": median(middles) if middles else None,
        "lag_max_us": max((part["lag_us_max"] for part in parts if part["lag_us_max"] is not None), default=None),
        "behind_max_bytes": max(
            (part["behind_bytes_max"] for part in parts if part["behind_bytes_max"] is not None), default=None
        ),
    }


def _delivered(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    latency = merge(decode(part["latency"]) for part in parts if part.get("latency"))
    counts = {key: _total(parts, key) for key in ("expected", "received", "lost", "duplicated", "late")}
    return counts | {
        "p50_us": latency.quantile(0.5) if latency else None,
        "p99_us": latency.quantile(0.99) if latency and latency.total >= P99_SHOWN_FROM else None,
    }


def _total(parts: Sequence[Mapping[str, Any]], key: str) -> int | None:
    values = [part[key] for part in parts if part.get(key) is not None]
    return sum(values) if values else None
