"""Process CPU: the seconds that each server and the load generator used, told apart."""

from collections.abc import Iterable, Mapping
from typing import Any

import psutil

#: What is told apart; None: not a process of ours, or already gone.
Roots = Mapping[str, int | None]
Reading = Mapping[str, float | None]


def cpu_seconds(roots: Roots) -> dict[str, float | None]:
    """By name, the CPU seconds of a process and everything below it until now.

    A child that has ended is in its parent's waited-for time, so a session's end loses nothing.
    """
    return {name: None if pid is None else _tree(pid) for name, pid in roots.items()}


def disk_read_bytes(pid: int | None) -> int | None:
    """What a process and everything below it read from disks, page cache aside; None where the system does not tell.

    Those that have ended are not in it.
    """
    if pid is None:
        return None
    try:
        root = psutil.Process(pid)
        # Linux alone tells, of one's own processes or to root
        return sum(int(process.io_counters().read_bytes) for process in (root, *root.children(recursive=True)))
    except (psutil.Error, AttributeError):
        return None


def used_between(before: Reading, after: Reading) -> dict[str, float | None]:
    """What each used, in seconds, as NAME_cpu_s."""
    return {f"{name}_cpu_s": _grown(before.get(name), after.get(name)) for name in after}


def total_of(readings: Iterable[float | None]) -> float | None:
    """Several processes that play one part; None when none of them is known."""
    known = [seconds for seconds in readings if seconds is not None]
    return sum(known) if known else None


def _grown(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else round(max(after - before, 0.0), 4)


def _tree(pid: int) -> float | None:
    try:
        root = psutil.Process(pid)
        below = root.children(recursive=True)
        return sum(_seconds(process) for process in (root, *below))
    except psutil.Error:
        return None


def _seconds(process: psutil.Process) -> float:
    try:
        times: Any = process.cpu_times()
    except psutil.Error:  # it ended meanwhile: its parent has waited for it, or will
        return 0.0
    # macOS does not tell of children
    ended = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return float(times.user + times.system + ended)
