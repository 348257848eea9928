"""Importing: somebody's own messages become a dataset like the generated ones; what cannot is counted and listed."""
