"""Errors of verification."""

from harness.errors import HarnessError


class CouldNotRun(HarnessError):  # noqa: N818 -- an outcome of its own beside pass and fail
    """A check that cannot be made here, with the reason."""


class VerifyError(HarnessError):
    """What was asked to be verified cannot be."""

    exit_code = 2
