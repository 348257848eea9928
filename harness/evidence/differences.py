"""Differences: what counters grew by over a window, told apart by operation, in the form of trials.jsonl."""

from collections.abc import Mapping
from typing import Any

from harness.evidence.counters import Counters
from harness.evidence.wal import Wal

_STATEMENT_COUNTERS = (
    *("calls", "rows", "exec_ms", "plans", "plan_ms"),
    *("blocks_hit", "blocks_read", "blocks_dirtied", "blocks_written", "temp_blocks_read", "temp_blocks_written"),
    *("wal_records", "wal_bytes", "wal_images"),
)
_TABLE_SIZES = ("bytes", "indexes_bytes", "toast_bytes", "partitions", "dead")
_TABLE_COUNTERS = ("inserted", "updated", "hot_updated", "deleted", "full_scans", "autovacuums")
_COMMAND = "cmdstat_"
Statements = Mapping[int, Mapping[str, Any]] | None


def evidence_between(before: Counters, after: Counters, queryids: Mapping[str, int], *, wal: Wal) -> dict[str, Any]:
    """Differences over the window; `queryids` maps a statement's slot to its id."""
    hit = _grown(before.database, after.database, "blocks_hit")
    read = _grown(before.database, after.database, "blocks_read")
    return {
        "statements": _statements(before.statements, after.statements, queryids),
        "wal_bytes": wal.distance_bytes,
        "wal_image_bytes": wal.image_bytes,
        "wal": wal.as_dict(),
        "checkpoints": _grown(before.database, after.database, "checkpoints"),
        "autovacuums": sum(
            _grown(before.tables.get(name), table, "autovacuums") for name, table in after.tables.items()
        ),
        "database_bytes": after.database["database_bytes"],
        "tables": {name: _table(before.tables.get(name), table) for name, table in sorted(after.tables.items())},
        "indexes": {name: _index(before.indexes.get(name), index) for name, index in sorted(after.indexes.items())},
        "cache_hit_share": hit / (hit + read) if hit + read else None,
        "redis": _redis(before.redis, after.redis),
    }


def counted_by_target(counted: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """What the load's own connections and caches counted: executions by kind of plan, reads by family of Redis keys.

    None where the target tells nothing: it then runs in other processes.
    """
    found: dict[str, dict[str, Any]] = {"plan": {}, "cache": {}}
    for name, kinds in counted.items():
        what, _, of = name.partition(" ")
        found[what][of] = dict(kinds)
    return {"prepared_plans": found["plan"] or None, "cache_reads": found["cache"] or None}


def _statements(before: Statements, after: Statements, queryids: Mapping[str, int]) -> dict[str, Any] | None:
    """By slot; None where the server did not tell on both sides, or without ids to know them by."""
    if before is None or after is None or not queryids:
        return None
    return {
        slot: {"operation": slot.split("/")[0]}
        | {name: _grown(before.get(queryid), after[queryid], name) for name in _STATEMENT_COUNTERS}
        for slot, queryid in sorted(queryids.items())
        if queryid in after
    }


def _table(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, Any]:
    updated = _grown(before, after, "updated")
    return {
        **{name: after.get(name) for name in _TABLE_SIZES},
        **{name: _grown(before, after, name) for name in _TABLE_COUNTERS},
        "hot_share": _grown(before, after, "hot_updated") / updated if updated else None,
    }


def _index(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, Any]:
    grown = {name: _grown(before, after, name) for name in ("scans", "tuples_read", "tuples_fetched")}
    return {"table": after["table"], "bytes": after["bytes"], **grown}


def _redis(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "hits": _grown(before, after, "keyspace_hits"),
        "misses": _grown(before, after, "keyspace_misses"),
        "commands": _grown(before, after, "total_commands_processed"),
        "expired": _grown(before, after, "expired_keys"),
        "evicted": _grown(before, after, "evicted_keys"),
        "memory_bytes": after["used_memory"],
        "pubsub_channels": after.get("pubsub_channels"),
        "by_command": _commands(before.get("commandstats") or {}, after.get("commandstats") or {}),
    }


def _commands(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Calls and microseconds of each command that was called in the window."""
    found = {}
    for name, told in after.items():
        calls = _grown(before.get(name), told, "calls")
        if calls:
            found[name.removeprefix(_COMMAND)] = {"calls": calls, "us": _grown(before.get(name), told, "usec")}
    return found


def _grown(before: Mapping[str, Any] | None, after: Mapping[str, Any], name: str) -> Any:
    """What a reading lacks counts as nothing: an older server's, or one of before."""
    return (after.get(name) or 0) - ((before or {}).get(name) or 0)
