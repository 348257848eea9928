"""Errors of an audit."""

from harness.errors import HarnessError


class AuditError(HarnessError):
    """A schema that cannot be read."""


class NoSchemaError(AuditError):
    """Nothing says which schema."""

    exit_code = 2


class MappingError(HarnessError):
    """A file of operations that cannot be used as it is written."""

    exit_code = 2

    def __init__(self, source: str, key: str, problem: str, expected: str) -> None:
        super().__init__(f"{source}: {key}: {problem}. Nothing was explained. Expected: {expected}.")
