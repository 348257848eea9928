"""What a stack is asked to be, and the settings an embedded PostgreSQL gets on a machine of this size."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

MIB = 1024 * 1024
GIB = 1024 * MIB
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


@dataclass(frozen=True, kw_only=True, slots=True)
class StackConfig:
    """Embedded servers by default, the user's own where an address is given."""

    #: Where the embedded servers' files, the datasets and the lock live.
    home: Path = Path(".chatbench")
    #: DSN of the user's own PostgreSQL.
    postgres: str | None = None
    #: URL of the user's own Redis or Valkey.
    redis: str | None = None
    #: Settings of the embedded PostgreSQL that differ from `benchmark_settings`.
    settings: Mapping[str, str] = field(default_factory=dict)


def benchmark_settings(memory_bytes: int, shared_memory_bytes: int | None = None) -> dict[str, str]:
    """Durable, measured in full, and without a checkpoint by time or size in the middle of a window.

    A quarter of the memory is the usual advice for shared_buffers (PostgreSQL manual, §19.4); half of that is taken
    here, since load generator, servers and page cache share the machine.
    """
    roomy = shared_memory_bytes is None or shared_memory_bytes >= GIB
    return {
        "shared_buffers": _mib(min(memory_bytes // 8, 4 * GIB)),
        "effective_cache_size": _mib(memory_bytes // 2),
        "maintenance_work_mem": _mib(max(64 * MIB, min(memory_bytes // 32, GIB))),
        "work_mem": "16MB",
        # containers often have 64 MB of /dev/shm, which a parallel index build does not fit in
        "dynamic_shared_memory_type": "posix" if roomy else "mmap",
        "max_connections": "200",
        "random_page_cost": "1.1",
        "jit": "off",
        "autovacuum": "on",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "wal_compression": "off",
        "max_wal_size": "8GB",
        "checkpoint_timeout": "1h",
        "shared_preload_libraries": "pg_stat_statements",
        "pg_stat_statements.track_planning": "on",
        "pg_stat_statements.max": "10000",
        "compute_query_id": "on",
        "track_io_timing": "on",
        "track_wal_io_timing": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }


def machine_memory_bytes() -> int:
    """What this process may use: the container's limit where there is one."""
    total: int = psutil.virtual_memory().total
    for limit in _CGROUP_LIMITS:
        if limit.exists() and (text := limit.read_text().strip()).isdigit():
            total = min(total, int(text))
    return total


def _mib(size_bytes: int) -> str:
    return f"{max(size_bytes // MIB, 1)}MB"
