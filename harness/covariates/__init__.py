"""Covariates: what else went on beside a trial's window that may explain its numbers."""
