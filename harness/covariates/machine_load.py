"""Machine load: whether something beside the trial used this machine's CPUs in its window."""

import os
from collections.abc import Mapping
from typing import Any

import psutil

Times = Mapping[str, float]


def cpu_times() -> dict[str, float]:
    """Seconds of all cores together since boot, by what they did."""
    return dict(psutil.cpu_times()._asdict())


def machine_load(before: Times, after: Times) -> dict[str, Any]:
    """The window's CPU as shares of all cores: busy, waiting for disks, taken by other machines of the same host.

    None where the system does not tell. The load average is the last minute's, so it holds the warm-up too.
    """
    grown = {name: after[name] - seconds for name, seconds in before.items() if name in after}
    # Linux counts guests in user time as well
    total = sum(seconds for name, seconds in grown.items() if not name.startswith("guest"))
    idle = grown.get("idle", 0.0) + grown.get("iowait", 0.0) + grown.get("steal", 0.0)
    return {
        "busy_share": (total - idle) / total if total else None,
        "iowait_share": _share(grown, "iowait", total),
        "steal_share": _share(grown, "steal", total),
        "load_average": os.getloadavg()[0],
    }


def _share(grown: Times, name: str, total: float) -> float | None:
    return grown[name] / total if total and name in grown else None
