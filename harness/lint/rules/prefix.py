"""Prefix: the first keys of a longer B-tree, which finds the same rows."""

from collections.abc import Iterator

from harness.lint.finding import Finding
from harness.lint.redundant import findings_of
from harness.lint.schema import Schema


def find(schema: Schema) -> Iterator[Finding]:
    yield from findings_of(schema, "prefix", "which finds the same rows by its first keys")
