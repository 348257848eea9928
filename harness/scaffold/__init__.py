"""Scaffolds: files of the user's own to start from, each part explained where it stands."""
