"""A finished run becomes one HTML page."""
