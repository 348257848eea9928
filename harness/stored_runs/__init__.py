"""Runs: two stored runs of the same variants set against each other, when they are alike."""
