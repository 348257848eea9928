"""Index changes: what a send writes more or less in each index of a lane than in the baseline's."""

from collections.abc import Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]
#: Less WAL than this per send is another's page split, not upkeep.
NOTABLE_BYTES = 1.0


def index_changes_of(indexes: Sequence[Json], baseline: str) -> list[dict[str, Any]]:
    """A row for each lane but the baseline; an index that a lane has not writes nothing there."""
    lanes = dict.fromkeys(row["lane"] for row in indexes)
    by_lane = {lane: {row["index"]: row for row in indexes if row["lane"] == lane} for lane in lanes}
    if baseline not in by_lane:
        return []
    return [_change(lane, by_lane[baseline], by_lane[lane]) for lane in lanes if lane != baseline]


def _change(lane: str, ours: Mapping[str, Json], theirs: Mapping[str, Json]) -> dict[str, Any]:
    differences = {
        name: after - before
        for name in sorted({*ours, *theirs})
        if (before := _bytes(ours.get(name))) is not None
        and (after := _bytes(theirs.get(name))) is not None
        and abs(after - before) >= NOTABLE_BYTES
    }
    largest_first = sorted(differences.items(), key=lambda item: -abs(item[1]))
    return {
        "lane": lane,
        "saved": [[name, -change] for name, change in largest_first if change < 0],
        "added": [[name, change] for name, change in largest_first if change > 0],
        "total": sum(differences.values()),
    }


def _bytes(row: Json | None) -> float | None:
    return 0.0 if row is None else row["wal_bytes_per_send"]
