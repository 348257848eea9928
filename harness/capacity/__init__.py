"""Capacity: what the load generator can do here, and the highest rate that each lane answers in time."""
