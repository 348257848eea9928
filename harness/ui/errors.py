"""What can be wrong with a cockpit, said as fact, consequence and remedy."""

from harness.errors import HarnessError


class ChoiceError(HarnessError):
    """A field of the start form that no test can be made of."""

    exit_code = 2


class OpenToOthersError(HarnessError):
    """An address that others can reach, and no login in front of it."""

    exit_code = 2


class AddressError(HarnessError):
    """An address that no page can be served at."""

    exit_code = 2


class PageEndedError(HarnessError):
    """Locust's process ended although nobody asked it to."""
