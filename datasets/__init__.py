"""Seeded chat data: shapes, generation, files, loading."""
