"""Sweeps: one operation asked at growing sizes of the same data, on one clone per variant."""

from harness.sweep.runner import run_sweep
from harness.sweep.world import Point, Sweep, World

__all__ = ["Point", "Sweep", "World", "run_sweep"]
