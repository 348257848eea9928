"""The targets a scenario can talk to, one a file."""
