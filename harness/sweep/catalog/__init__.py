"""The sweeps, one per file."""

from harness.sweep.catalog.page_depth import PageDepth
from harness.sweep.catalog.unread import Unread
from harness.sweep.world import Sweep

#: By name.
SWEEPS: dict[str, Sweep] = {sweep.name: sweep for sweep in (PageDepth(), Unread())}
