"""Verify: the guarantees of report §11, each a named check, on any variant or on the user's own database."""
