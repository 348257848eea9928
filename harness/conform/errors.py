"""What ends a check, and what ends the whole conversation with a server."""

from harness.errors import HarnessError


class Deviation(Exception):  # noqa: N818 - it is what was seen, not a failure of ours
    """The server did something else than the protocol says."""


class NotRun(Exception):  # noqa: N818 - the same
    """The check could not be tried; its message says why."""


class UnreachableError(HarnessError):
    """Nothing answers at the address."""

    exit_code = 3

    def __init__(self, url: str, problem: object) -> None:
        super().__init__(f"{url} does not answer ({problem}), so nothing was checked. Start it, or name its URL.")


class AddressError(HarnessError):
    """The address is none, or there is nothing to sign tokens with."""

    exit_code = 2


class CommandFailedError(HarnessError):
    """The user's own command for tokens or users ended badly."""

    exit_code = 2

    def __init__(self, command: str, problem: str) -> None:
        super().__init__(
            f"`{command}` failed: {problem} Nobody can be signed in, so nothing was checked. It is called with the id "
            "of a user as its last word, and must end with 0."
        )
