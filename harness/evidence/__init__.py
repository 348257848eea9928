"""Evidence: what PostgreSQL and Redis say of a trial, counted over its window or asked outside it."""

from harness.evidence.counters import Counters, read_counters
from harness.evidence.differences import counted_by_target, evidence_between
from harness.evidence.wal import Wal, read_wal

__all__ = ["Counters", "Wal", "counted_by_target", "evidence_between", "read_counters", "read_wal"]
