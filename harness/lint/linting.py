"""Linting: every rule over one schema, each index told of once, by the strongest reason."""

from harness.lint.finding import Finding
from harness.lint.rules import RULES
from harness.lint.schema import Schema


def lint(schema: Schema) -> list[Finding]:
    """Findings in the order of the rules; what an earlier rule says of an index silences the later ones."""
    found: dict[str, Finding] = {}
    for find in RULES.values():
        for finding in find(schema):
            found.setdefault(finding.subject, finding)
    return list(found.values())
