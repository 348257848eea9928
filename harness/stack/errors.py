"""What can be wrong with the servers: fact, consequence, remedy; exit code 3, nothing changed."""

from harness.errors import HarnessError


class EnvironmentFailed(HarnessError):
    """A server, an account or a disk that cannot serve as it is."""


class ForeignDatabase(EnvironmentFailed):
    """A database that chatbench did not create; it is never written to, dropped or flushed."""
