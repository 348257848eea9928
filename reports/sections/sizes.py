"""Sizes: what each variant occupies, and indexes that nothing scanned."""

from collections.abc import Callable, Sequence

import pandas as pd

from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import MISSING, amount, percent, size


def build(run: StoredRun) -> Section | None:
    rows = run.summary.get("occupancy") or []
    if not rows:
        return None
    # where indexes were examined one by one, their own section says more
    uses = pd.DataFrame() if run.summary.get("indexes") else _side_by_side(rows, _index_uses)
    unused = [] if uses.empty else [(row["variant"], found) for row in rows if (found := _never_scanned(row))]
    body = fill(
        "sections/sizes.html.j2",
        sizes=table(_side_by_side(rows, _table_sizes), "Tables, at the end of each variant's last trial"),
        indexes=None if uses.empty else table(uses, "Indexes: size, and scans over all windows"),
        unused=unused,
        caches=table(pd.DataFrame([_caches(row) for row in rows]), "Caches and WAL"),
    )
    return Section(anchor="sizes", title="Sizes and caches", body=body)


def _side_by_side(rows: Sequence[Json], describe: Callable[[Json], dict[str, str]]) -> pd.DataFrame:
    """One column a variant, one row a thing; what a variant lacks is a dash."""
    frame = pd.DataFrame({row["variant"]: describe(row) for row in rows})
    return frame if frame.empty else frame.fillna(MISSING).rename_axis("").reset_index()


def _table_sizes(row: Json) -> dict[str, str]:
    found = {"whole database": size(row["database_bytes"])}
    for name, told in row["tables"].items():
        found[f"{name}, rows"] = size(told["bytes"])
        found[f"{name}, indexes"] = size(told["indexes_bytes"])
        found[f"{name}, HOT share of updates"] = percent(told["hot_share"])
    return {name: text for name, text in found.items() if text not in (MISSING, size(0))}


def _index_uses(row: Json) -> dict[str, str]:
    return {
        f"{told['table']}: {name}": f"{size(told['bytes'])}, {told['scans']:,} scans"
        for name, told in row["indexes"].items()
    }


def _never_scanned(row: Json) -> list[tuple[str, str, int]]:
    """(index, table, bytes) of indexes without a scan in any window of the variant, the largest first."""
    unused = [
        (name, str(told["table"]), int(told["bytes"] or 0))
        for name, told in row["indexes"].items()
        if not told["scans"]
    ]
    return sorted(unused, key=lambda item: -item[2])


def _caches(row: Json) -> dict[str, str]:
    return {
        "variant": row["variant"],
        "Redis hits": amount(row["redis_hits"]),
        "Redis misses": amount(row["redis_misses"]),
        "Redis memory": size(row["redis_memory_bytes"]),
        "WAL per window": size(row["wal_bytes_per_window"]),
        "of it page images": size(row["wal_image_bytes_per_window"]),
        "checkpoints": amount(row["checkpoints"]),
        "autovacuums": amount(row["autovacuums"]),
        "lowest shared-buffer hit share": percent(row["lowest_cache_hit_share"]),
    }
