"""Rules, one a file. Of several that speak of one index the first in this order is heard."""

from collections.abc import Callable, Iterator

from harness.lint.finding import Finding
from harness.lint.rules import (
    bloated,
    duplicate,
    invalid,
    low_selectivity,
    missing_foreign_key_index,
    prefix,
    unused,
)
from harness.lint.schema import Schema

Rule = Callable[[Schema], Iterator[Finding]]
RULES: dict[str, Rule] = {
    "invalid": invalid.find,
    "duplicate": duplicate.find,
    "prefix": prefix.find,
    "unused": unused.find,
    "low_selectivity": low_selectivity.find,
    "bloated": bloated.find,
    "missing_foreign_key_index": missing_foreign_key_index.find,
}
