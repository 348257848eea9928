"""Capacity curves: latency against offered load for each lane, the knee, and the weaker lane; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

Point = Mapping[str, Any]


def curves_of(points: Sequence[Point], lanes: Sequence[str]) -> list[dict[str, Any]]:
    """For each scenario, target and lane that was searched: its points by rate, capacity and knee."""
    subjects = dict.fromkeys((point["scenario"], point["target"], point["lane"]) for point in points)
    order = {lane: place for place, lane in enumerate(lanes)}
    return [
        _curve(subject, [p for p in points if (p["scenario"], p["target"], p["lane"]) == subject])
        for subject in sorted(subjects, key=lambda s: (s[0], s[1], order.get(s[2], len(order))))
    ]


def _curve(subject: tuple[str, str, str], points: Sequence[Point]) -> dict[str, Any]:
    by_rate = _best_tries(points)
    held = [point["rate_per_s"] for point in by_rate if point["holds"]]
    broke = [point["rate_per_s"] for point in by_rate if not point["holds"]]
    scenario, target, lane = subject
    return {
        "scenario": scenario,
        "target": target,
        "lane": lane,
        "capacity_per_s": max(held, default=None),
        "too_much_per_s": min(broke, default=None),
        "p99_bound_us": by_rate[0]["p99_bound_us"],
        "knee_per_s": knee_of(by_rate),
        "points": [{key: p[key] for key in ("rate_per_s", "p50_us", "p99_us", "holds", "why")} for p in by_rate],
    }


def _best_tries(points: Sequence[Point]) -> list[Point]:
    """One point a rate, lowest first: the try that held, else the one with the lower p99."""
    best: dict[float, Point] = {}
    for point in sorted(points, key=lambda p: (not p["holds"], p["p99_us"] or float("inf"))):
        best.setdefault(point["rate_per_s"], point)
    return [best[rate] for rate in sorted(best)]


def knee_of(points: Sequence[Point]) -> float | None:
    """The rate of the greatest power, throughput ÷ latency (Kleinrock 1979): beyond it latency grows faster than load.

    Among rates that held: a queue that never empties has no latency of its own. None without three of them.
    """
    known = [point for point in points if point["p99_us"] and point["holds"]]
    if len(known) < 3:  # noqa: PLR2004 - two make no bend
        return None
    best: float = max(known, key=lambda point: point["rate_per_s"] / point["p99_us"])["rate_per_s"]
    return best


def weakest_of(curves: Sequence[Mapping[str, Any]], scenario: str, target: str) -> float | None:
    """The least capacity of all lanes; None where one held at no rate."""
    found = [c["capacity_per_s"] for c in curves if (c["scenario"], c["target"]) == (scenario, target)]
    return None if not found or None in found else min(found)
