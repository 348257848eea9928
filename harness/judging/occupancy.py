"""Occupancy: what each variant's tables, indexes and caches held, and what its windows did to them."""

from collections.abc import Mapping, Sequence
from typing import Any

from harness.judging.metrics import Trial

Evidence = Mapping[str, Any]


def occupancy_of(scenarios: Sequence[Mapping[str, Any]], trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """A row for each variant: sizes at the end of its last trial, sums over its windows."""
    compared = {(scenario["name"], scenario["target"]) for scenario in scenarios}
    by_variant: dict[str, list[Evidence]] = {}
    for trial in trials:
        if trial.get("evidence") and (trial["scenario"], trial["target"]) in compared:
            by_variant.setdefault(trial["variant"], []).append(trial["evidence"])
    return [_row(variant, ones) for variant, ones in by_variant.items()]


def _row(variant: str, told: Sequence[Evidence]) -> dict[str, Any]:
    last = told[-1]
    return {
        "variant": variant,
        "windows": len(told),
        "database_bytes": last.get("database_bytes"),
        "tables": {
            name: {key: table.get(key) for key in ("bytes", "indexes_bytes", "hot_share")}
            for name, table in (last.get("tables") or {}).items()
        },
        "indexes": {
            name: {"table": index.get("table"), "bytes": index.get("bytes"), "scans": _scans(told, name)}
            for name, index in (last.get("indexes") or {}).items()
        },
        "redis_hits": _sum(told, "hits"),
        "redis_misses": _sum(told, "misses"),
        "redis_memory_bytes": max((one.get("redis") or {}).get("memory_bytes") or 0 for one in told) or None,
        "wal_bytes_per_window": _mean(told, "wal_bytes"),
        "wal_image_bytes_per_window": _mean(told, "wal_image_bytes"),
        "checkpoints": sum(one.get("checkpoints") or 0 for one in told),
        "autovacuums": sum(one.get("autovacuums") or 0 for one in told),
        "lowest_cache_hit_share": min(
            (s for one in told if (s := one.get("cache_hit_share")) is not None), default=None
        ),
    }


def _scans(told: Sequence[Evidence], index: str) -> int:
    return sum(int(((one.get("indexes") or {}).get(index) or {}).get("scans") or 0) for one in told)


def _sum(told: Sequence[Evidence], key: str) -> int | None:
    values = [value for one in told if (value := (one.get("redis") or {}).get(key)) is not None]
    return sum(values) if values else None


def _mean(told: Sequence[Evidence], key: str) -> float | None:
    values = _known(told, key)
    return sum(values) / len(values) if values else None


def _known(told: Sequence[Evidence], key: str) -> list[float]:
    return [value for one in told if (value := one.get(key)) is not None]
