"""Doctor: what there is on this machine and on the servers given, and what to do where something is missing."""
