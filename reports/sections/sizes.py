"""Sizes: what each variant occupies, and indexes that nothing scanned."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import amount, percent, size


def build(run: StoredRun) -> Section | None:
    trials: dict[str, list[Json]] = {lane: [] for lane in run.lanes}
    for trial in run.valid_trials:
        if trial.get("evidence") and (trial["scenario"], trial["target"]) in run.compared:
            trials.setdefault(trial["variant"], []).append(trial)
    trials = {variant: ones for variant, ones in trials.items() if ones}
    if not trials:
        return None
    rows = [row for variant, ones in trials.items() for row in _rows(variant, ones[-1]["evidence"])]
    unused = [(variant, found) for variant, ones in trials.items() if (found := _never_scanned(ones))]
    sizes = table(pd.DataFrame(rows), "At the end of each variant's last trial")
    redis = table(
        pd.DataFrame([_redis(variant, ones) for variant, ones in trials.items()]), "Caches and WAL, over all windows"
    )
    return Section(
        anchor="sizes",
        title="Sizes and caches",
        body=fill("sections/sizes.html.j2", sizes=sizes, unused=unused, redis=redis),
    )


def _rows(variant: str, evidence: Json) -> list[dict[str, str]]:
    whole = {"variant": variant, "table": "whole database", "rows' pages": size(evidence.get("database_bytes"))}
    rows = [whole | {"indexes": "–", "dead rows": "–", "HOT updates": "–"}]
    for name, found in (evidence.get("tables") or {}).items():
        rows.append(
            {
                "variant": variant,
                "table": name,
                "rows' pages": size(found.get("bytes")),
                "indexes": size(found.get("indexes_bytes")),
                "dead rows": amount(found.get("dead")),
                "HOT updates": percent(found.get("hot_share")),
            }
        )
    return rows


def _never_scanned(trials: Sequence[Json]) -> list[tuple[str, str, int]]:
    """(index, table, bytes) of indexes without a scan in any window of the variant, the largest first."""
    scans: dict[str, int] = {}
    last: dict[str, Any] = {}
    for trial in trials:
        for name, found in (trial["evidence"].get("indexes") or {}).items():
            scans[name] = scans.get(name, 0) + int(found.get("scans") or 0)
            last[name] = found
    unused = [
        (name, str(last[name].get("table")), int(last[name].get("bytes") or 0)) for name in scans if not scans[name]
    ]
    return sorted(unused, key=lambda item: -item[2])


def _redis(variant: str, trials: Sequence[Json]) -> dict[str, str]:
    parts = [trial["evidence"].get("redis") or {} for trial in trials]
    hits, misses = (sum(part.get(key) or 0 for part in parts) for key in ("hits", "misses"))
    shares = [s for trial in trials if (s := trial["evidence"].get("cache_hit_share")) is not None]
    return {
        "variant": variant,
        "Redis hits": amount(hits),
        "Redis misses": amount(misses),
        "Redis memory": size(max((part.get("memory_bytes") or 0 for part in parts), default=0) or None),
        "WAL per window": size(_mean(trials, "wal_bytes")),
        "of it page images": size(_mean(trials, "wal_image_bytes")),
        "checkpoints": amount(sum(trial["evidence"].get("checkpoints") or 0 for trial in trials)),
        "autovacuums": amount(sum(trial["evidence"].get("autovacuums") or 0 for trial in trials)),
        "lowest shared-buffer hit share": percent(min(shares) if shares else None),
    }


def _mean(trials: Sequence[Json], key: str) -> float | None:
    values = [value for trial in trials if (value := trial["evidence"].get(key)) is not None]
    return sum(values) / len(values) if values else None
