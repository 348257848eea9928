"""Seeding: from a dataset to a sealed snapshot that trials clone; databases carry a mark, no other is touched."""
