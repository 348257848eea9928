"""The workload: what chat clients do, driven by Locust."""
