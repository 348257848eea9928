"""What can go wrong with a profile."""

from harness.errors import HarnessError


class ProfileError(HarnessError):
    """A database cannot be profiled as asked."""

    exit_code = 2
