"""Traffic: how much each lane answered, and what became of each fan-out delivery."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from harness.comparison import TASK_PREFIX
from harness.histograms import decode, merge
from harness.metrics import Trial

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
