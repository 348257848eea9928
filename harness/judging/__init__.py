"""Judging: the trials of a run become findings, answers to hypotheses and a recommendation; no I/O."""
