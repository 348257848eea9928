"""Rows: what the database says of each operation, per call, in the form of the page's tables; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]


def operation_rows(evidence: Json, *, seconds: float | None = None) -> list[dict[str, Any]]:
    """A row an operation that was called; a share or a rate that cannot be had is None.

    Calls are those of its most frequent statement. WAL is what statements count: images of pages are in it.
    """
    statements = list((evidence.get("statements") or {}).values())
    rows = [
        _row(name, [one for one in statements if one["operation"] == name], seconds)
        for name in sorted({one["operation"] for one in statements})
    ]
    return [row for row in rows if row["calls"]]


def _row(name: str, statements: Sequence[Json], seconds: float | None) -> dict[str, Any]:
    calls = max(one["calls"] for one in statements)
    hit, read = _sum(statements, "blocks_hit"), _sum(statements, "blocks_read")
    return {
        "name": name,
        "calls": calls,
        "calls_per_s": calls / seconds if seconds else None,
        "exec_us_per_call": _per(1000 * _sum(statements, "exec_ms"), calls),
        "plan_us_per_call": _per(1000 * _sum(statements, "plan_ms"), calls),
        "blocks_per_call": _per(hit + read, calls),
        "blocks_read": read,
        "hit_share": _per(hit, hit + read),
        "wal_bytes_per_call": _per(_sum(statements, "wal_bytes"), calls),
        "rows_per_call": _per(_sum(statements, "rows"), calls),
    }


def cache_row(evidence: Json) -> dict[str, Any]:
    """Of the whole window: PostgreSQL's buffer cache, Redis's keys, WAL of the cluster."""
    redis = evidence.get("redis") or {}
    hits, misses = redis.get("hits") or 0, redis.get("misses") or 0
    return {
        "postgres_hit_share": evidence.get("cache_hit_share"),
        "redis_hit_share": _per(hits, hits + misses),
        "redis_hits": hits,
        "redis_misses": misses,
        "redis_commands": redis.get("commands"),
        "wal_bytes": evidence.get("wal_bytes"),
        "checkpoints": evidence.get("checkpoints"),
    }


def delivery_row(counted: Json | None) -> dict[str, Any] | None:
    """One test's deliveries; None where its scenario makes none."""
    if not counted or not counted.get("expected"):
        return None
    return {key: counted.get(key) for key in ("expected", "received", "lost", "late", "duplicated")}


def _sum(statements: Sequence[Json], column: str) -> float:
    return sum(one.get(column) or 0 for one in statements)


def _per(total: float, calls: float) -> float | None:
    return total / calls if calls else None
