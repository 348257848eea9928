"""CPU layout: which cores servers and load generator may use, where they are kept apart."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import psutil


@dataclass(frozen=True, kw_only=True, slots=True)
class CpuLayout:
    """Two halves; empty where nothing is pinned."""

    servers: tuple[int, ...] = ()
    generator: tuple[int, ...] = ()
    #: Why it is not as asked; None: it is.
    note: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def layout_of(cores: Sequence[int]) -> CpuLayout:
    """The upper half, at least one core, for the generator, whose lateness would be everybody's."""
    if len(cores) < 2:  # noqa: PLR2004 - one cannot be shared out
        return CpuLayout(note="not pinned: there is one core")
    half = len(cores) // 2
    ordered = sorted(cores)
    return CpuLayout(servers=tuple(ordered[: len(cores) - half]), generator=tuple(ordered[len(cores) - half :]))


def machine_layout() -> CpuLayout:
    """Of the cores that this process may use."""
    own = psutil.Process()
    if not hasattr(own, "cpu_affinity"):
        return CpuLayout(note="not pinned: this system does not let a process choose its cores")
    return layout_of(own.cpu_affinity())


def pin(pids: Iterable[int | None], cores: Sequence[int]) -> None:
    """Each process and what it has started; what it starts later inherits it. A process that is gone needs none."""
    if not cores:
        return
    for pid in pids:
        if pid is not None:
            _pin(pid, cores)


def _pin(pid: int, cores: Sequence[int]) -> None:
    try:
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            process.cpu_affinity(list(cores))
    except psutil.NoSuchProcess:
        return
