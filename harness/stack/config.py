"""How the servers are to run: where, whose, and with which benchmark-fit settings."""

from dataclasses import dataclass
from pathlib import Path

import psutil

_MB = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class StackConfig:
    """Embedded servers below `home`, or the user's own where an address is given."""

    home: Path = Path(".chatbench")
    #: DSN of the user's own PostgreSQL; None: embedded.
    postgres: str | None = None
    #: URL of the user's own Redis or Valkey; None: embedded.
    redis: str | None = None


def benchmark_settings(memory_bytes: int | None = None) -> dict[str, str]:
    """Settings of the embedded PostgreSQL, by the machine's memory.

    Durable: fsync and synchronous_commit stay on. No checkpoint falls into a short window by time or by WAL volume.
    """
    memory = memory_bytes or psutil.virtual_memory().total
    shared_buffers = min(memory // 8, 4096 * _MB) // _MB
    return {
        "shared_buffers": f"{shared_buffers}MB",
        "effective_cache_size": f"{memory // 2 // _MB}MB",
        "maintenance_work_mem": f"{min(memory // 32, 1024 * _MB) // _MB}MB",
        "work_mem": "16MB",
        "max_connections": "200",
        "fsync": "on",
        "synchronous_commit": "on",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "wal_compression": "off",
        "max_wal_size": "8GB",
        "min_wal_size": "1GB",
        "checkpoint_timeout": "1h",
        "autovacuum": "on",
        "jit": "off",
        "random_page_cost": "1.1",
        "compute_query_id": "on",
        "shared_preload_libraries": "pg_stat_statements",
        "pg_stat_statements.max": "5000",
        "pg_stat_statements.track_planning": "on",
        "track_io_timing": "on",
        "track_wal_io_timing": "on",
        "timezone": "UTC",
        "log_min_messages": "warning",
    }
