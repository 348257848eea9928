"""Lint: an existing schema audited without writing to it: its indexes, its operations' plans, and indexes to try."""
