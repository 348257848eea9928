"""Checks of a server: one per file, named after it; its docstring's first line is what the protocol promises."""
