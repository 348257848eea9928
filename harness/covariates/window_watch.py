"""Window watch: what the machine and each part of the trial did between a window's two edges."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psutil

from harness.covariates.machine_load import cpu_times, machine_load
from harness.covariates.process_cpu import cpu_seconds, disk_read_bytes, total_of, used_between


@dataclass(kw_only=True, slots=True)
class WindowWatch:
    """Process ids of what takes part; None where the process is not ours to look at."""

    postgres: int | None
    redis: int | None
    generator: int | None
    #: Reference servers; none for the target `direct`, whose use cases run in the generator.
    servers: Sequence[int] = ()
    replica: int | None = None
    _machine: dict[str, float] = field(default_factory=dict)
    _parts: dict[str, float | None] = field(default_factory=dict)
    _began_s: float = 0.0
    _disk_bytes: int | None = None

    def begin(self) -> None:
        self._disk_bytes = disk_read_bytes(self.postgres)
        self._machine, self._parts, self._began_s = cpu_times(), self._read(), time.perf_counter()

    def end(self) -> dict[str, Any]:
        """Shares of the machine's CPU, and CPU seconds of each part."""
        machine, parts = machine_load(self._machine, cpu_times()), used_between(self._parts, self._read())
        capacity_s = (time.perf_counter() - self._began_s) * (psutil.cpu_count() or 1)
        return {
            **machine,
            **parts,
            "others_cpu_share": others_share(machine["busy_share"], parts, capacity_s),
            "postgres_disk_read_bytes": self._read_from_disk(),
        }

    def _read_from_disk(self) -> int | None:
        after = disk_read_bytes(self.postgres)
        return None if after is None or self._disk_bytes is None else max(after - self._disk_bytes, 0)

    def _read(self) -> dict[str, float | None]:
        roots = {"postgres": self.postgres, "redis": self.redis, "generator": self.generator, "replica": self.replica}
        servers = cpu_seconds({str(pid): pid for pid in self.servers})
        return {**cpu_seconds(roots), "servers": total_of(servers.values())}


def others_share(busy_share: float | None, parts: Mapping[str, float | None], capacity_s: float) -> float | None:
    """What processes outside the trial used of all cores; None where PostgreSQL or Redis is not ours to look at.

    The harness itself is among them: it sleeps while a window runs.
    """
    if busy_share is None or parts["postgres_cpu_s"] is None or parts["redis_cpu_s"] is None or capacity_s <= 0:
        return None
    return max(0.0, busy_share - sum(seconds or 0.0 for seconds in parts.values()) / capacity_s)
