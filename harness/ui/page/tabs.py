"""Locust's tabs of ours: what the database and the deliveries say, as sortable tables beside Locust's own."""

from collections.abc import Mapping
from typing import Any

from harness.ui.page.desk import Desk
from harness.ui.page.words import bytes_of, rounded

_DATABASE, _DELIVERY = "database", "delivery"
TABS: Mapping[str, Any] = {
    "extended_tabs": [{"title": "Database", "key": _DATABASE}, {"title": "Delivery", "key": _DELIVERY}],
    "extended_tables": [
        {
            "key": _DATABASE,
            "structure": [
                {"key": "name", "title": "Operation"},
                {"key": "calls", "title": "Calls"},
                {"key": "calls_per_s", "title": "Calls/s"},
                {"key": "exec_us", "title": "Execution µs/call"},
                {"key": "plan_us", "title": "Planning µs/call"},
                {"key": "blocks", "title": "Blocks/call"},
                {"key": "wal", "title": "WAL bytes/call"},
                {"key": "hits", "title": "Cache hits %"},
            ],
        },
        {
            "key": _DELIVERY,
            "structure": [
                {"key": "name", "title": "Deliveries"},
                {"key": "expected", "title": "Expected"},
                {"key": "received", "title": "Received"},
                {"key": "lost", "title": "Lost"},
                {"key": "late", "title": "Late (over 1 s)"},
                {"key": "duplicated", "title": "Came twice"},
            ],
        },
    ],
    "extended_csv_files": [],
}


def tab_rows(desk: Desk) -> list[dict[str, Any]]:
    """What Locust's page expects beside its own figures."""
    told = desk.link.ask("live")
    return [
        {"key": _DATABASE, "data": _database(told)},
        {"key": _DELIVERY, "data": _delivery(desk, told)},
    ]


def _database(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [
        {
            "name": row["name"],
            "calls": row["calls"],
            "calls_per_s": rounded(row["calls_per_s"]),
            "exec_us": rounded(row["exec_us_per_call"]),
            "plan_us": rounded(row["plan_us_per_call"]),
            "blocks": rounded(row["blocks_per_call"]),
            "wal": rounded(row["wal_bytes_per_call"]),
            "hits": _percent(row["hit_share"]),
        }
        for row in told["rows"]
    ]
    if told["note"]:
        rows.append({"name": f"~ {told['note']}"})
    cache = told["cache"]
    if not cache:
        return rows
    # sorted by name, so these stand last
    whole = {"name": "~ PostgreSQL, all", "hits": _percent(cache["postgres_hit_share"])}
    redis = {"name": "~ Redis", "calls": cache["redis_commands"], "hits": _percent(cache["redis_hit_share"])}
    return [*rows, whole | {"wal": f"{bytes_of(cache['wal_bytes'])} in all"}, redis]


def _delivery(desk: Desk, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    whole, so_far = told["deliveries"], desk.deliveries.counted
    if whole:
        return [{"name": "the whole window", **whole}]
    return [{"name": "so far", **so_far}] if so_far else [{"name": "none: only Fanout delivers"}]


def _percent(value: float | None) -> float | None:
    return None if value is None else round(100 * value, 2)
