"""Sizes: what each variant occupies, and indexes that nothing scanned."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import MISSING, amount, percent, size


def build(run: StoredRun) -> Section | None:
    trials: dict[str, list[Json]] = {lane: [] for lane in run.lanes}
    for trial in run.valid_trials:
        if trial.get("evidence") and (trial["scenario"], trial["target"]) in run.compared:
            trials.setdefault(trial["variant"], []).append(trial)
    trials = {variant: ones for variant, ones in trials.items() if ones}
    if not trials:
        return None
    unused = [(variant, found) for variant, ones in trials.items() if (found := _never_scanned(ones))]
    uses = _side_by_side(trials, _index_uses)
    body = fill(
        "sections/sizes.html.j2",
        sizes=table(_side_by_side(trials, _table_sizes), "Tables, at the end of each variant's last trial"),
        indexes=None if uses.empty else table(uses, "Indexes: size, and scans over all windows"),
        unused=unused,
        caches=table(pd.DataFrame([_caches(variant, ones) for variant, ones in trials.items()]), "Caches and WAL"),
    )
    return Section(anchor="sizes", title="Sizes and caches", body=body)


def _side_by_side(
    trials: Mapping[str, Sequence[Json]], describe: Callable[[Sequence[Json]], dict[str, str]]
) -> pd.DataFrame:
    """One column a variant, one row a thing; what a variant lacks is a dash."""
    frame = pd.DataFrame({variant: describe(ones) for variant, ones in trials.items()})
    return frame.fillna(MISSING).rename_axis("").reset_index()


def _table_sizes(trials: Sequence[Json]) -> dict[str, str]:
    evidence = trials[-1]["evidence"]
    found = {"whole database": size(evidence.get("database_bytes"))}
    for name, told in (evidence.get("tables") or {}).items():
        found[f"{name}, rows"] = size(told.get("bytes"))
        found[f"{name}, indexes"] = size(told.get("indexes_bytes"))
        found[f"{name}, HOT share of updates"] = percent(told.get("hot_share"))
    return {name: text for name, text in found.items() if text not in (MISSING, size(0))}


def _index_uses(trials: Sequence[Json]) -> dict[str, str]:
    last = trials[-1]["evidence"].get("indexes") or {}
    return {
        f"{told.get('table')}: {name}": f"{size(told.get('bytes'))}, {_scans(trials, name):,} scans"
        for name, told in last.items()
    }


def _scans(trials: Sequence[Json], name: str) -> int:
    told = [(trial["evidence"].get("indexes") or {}).get(name) or {} for trial in trials]
    return sum(int(one.get("scans") or 0) for one in told)


def _never_scanned(trials: Sequence[Json]) -> list[tuple[str, str, int]]:
    """(index, table, bytes) of indexes without a scan in any window of the variant, the largest first."""
    last = trials[-1]["evidence"].get("indexes") or {}
    unused = [
        (name, str(told.get("table")), int(told.get("bytes") or 0))
        for name, told in last.items()
        if _scans(trials, name) == 0
    ]
    return sorted(unused, key=lambda item: -item[2])


def _caches(variant: str, trials: Sequence[Json]) -> dict[str, str]:
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
