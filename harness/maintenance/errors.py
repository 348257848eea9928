"""Errors of maintenance: a job that cannot be chosen, or that failed."""

from harness.errors import HarnessError


class UnknownJob(HarnessError):  # noqa: N818 -- named for what happened
    """A job that does not exist."""

    exit_code = 2


class JobFailed(HarnessError):  # noqa: N818 -- the same
    """A job that did not do what it is for; the other jobs go on."""
