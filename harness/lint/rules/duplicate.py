"""Duplicate: the same keys as another index of the table, so each write pays twice."""

from collections.abc import Iterator

from harness.lint.finding import Finding
from harness.lint.redundant import findings_of
from harness.lint.schema import Schema


def find(schema: Schema) -> Iterator[Finding]:
    yield from findings_of(schema, "duplicate", "so each write pays twice")
