"""What can be wrong with a history."""

from harness.errors import HarnessError


class HistoryError(HarnessError):
    """A history that cannot be read or added to, or a run that has nothing to add."""

    exit_code = 2
