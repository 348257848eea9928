"""Indexes: what each costs a send and a mark-read in WAL, what it occupies, whether anything used it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from harness.judging.index_changes import NOTABLE_BYTES
from reports.section import Section, fill
from reports.stored_run import Json, StoredRun
from reports.tables import table
from reports.wording import MISSING, amount, percent, size


def build(run: StoredRun) -> Section | None:
    indexes = run.summary.get("indexes") or []
    if not indexes:
        return None
    lanes = list(dict.fromkeys(row["lane"] for row in indexes))
    by_lane = {lane: {row["index"]: row for row in indexes if row["lane"] == lane} for lane in lanes}
    body = fill(
        "sections/indexes.html.j2",
        writes=table(
            _side_by_side(by_lane, _write), "WAL of one send, by index (share of the whole send), without page images"
        ),
        uses=table(_side_by_side(by_lane, _use), "Size, scans over all windows, fill of the leaves"),
        changes=run.summary.get("index_changes") or [],
        baseline=run.baseline,
        needless=[(lane, found) for lane in lanes if (found := _needless(by_lane[lane].values()))],
    )
    return Section(anchor="indexes", title="Indexes and what they cost", body=body)


def _side_by_side(by_lane: Mapping[str, Mapping[str, Json]], describe: Any) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            lane: {f"{row['table']}: {name}": describe(row) for name, row in rows.items()}
            for lane, rows in by_lane.items()
        }
    )
    return frame.fillna(MISSING).sort_index().rename_axis("").reset_index()


def _write(row: Json) -> str:
    if row["wal_bytes_per_send"] is None:
        return "not known"
    if row["wal_bytes_per_send"] < NOTABLE_BYTES:
        return "0 B"
    return f"{size(row['wal_bytes_per_send'])} ({percent(row['share_of_send'])})"


def _use(row: Json) -> str:
    density = "" if row["leaf_density"] is None else f", {percent(row['leaf_density'])} full"
    return f"{size(row['bytes'])}, {amount(row['scans'])} scans{density}"


def _needless(rows: Any) -> Sequence[tuple[str, str, Json]]:
    """(index, why, row), the dearest first."""
    found = []
    for row in rows:
        reasons = [] if not row["redundant"] else [row["redundant"]]
        if row["unused"] and not row["guards_uniqueness"]:
            reasons.append("never used in this workload")
        if reasons:
            found.append((row["index"], ", ".join(reasons), row))
    return sorted(found, key=lambda item: -(item[2]["wal_bytes_per_send"] or 0))
