"""Checks: one guarantee a file, named after the file; its docstring's first line is what it promises."""
