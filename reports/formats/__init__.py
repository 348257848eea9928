"""Formats of a run besides its page, one a file."""
