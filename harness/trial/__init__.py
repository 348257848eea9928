"""A trial: one measured window of a variant under a load, from clone to record."""

from harness.trial.plan import TrialPlan
from harness.trial.running import run_trial

__all__ = ["TrialPlan", "run_trial"]
