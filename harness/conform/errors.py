"""What ends a check, and what ends the whole conversation with a server."""

from harness.errors import HarnessError


class Deviation(Exception):  # noqa: N818 - it is what was seen, not a failure of ours
    """The server did something else than the protocol says."""


class NotRun(Exception):  # noqa: N818 - the same
    """The check could not be tried; its message says why."""


class NobodySignedUp(NotRun):
    """No user of ours can be there, so that nothing else can be tried; the server's doing, unlike other reasons."""


class UnreachableError(HarnessError):
    """Nothing answers at the address, or nothing that speaks HTTP."""

    exit_code = 3

    def __init__(self, url: str, problem: Exception) -> None:
        super().__init__(
            f"{url} does not answer ({words_of(problem)}), so nothing was checked. Start it, or name its URL."
        )


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


def words_of(problem: BaseException) -> str:
    """What befell a request, in a line."""
    if isinstance(problem, TimeoutError):
        return "no answer in time"
    message = getattr(problem, "message", "") or str(problem)
    return " ".join(message.split()) or type(problem).__name__
