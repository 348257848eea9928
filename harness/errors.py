"""Errors of the harness: each says the fact, what follows from it, and what to do."""


class HarnessError(Exception):
    """Something the harness cannot go on with; `exit_code` is what the command line answers."""

    exit_code = 3


class ExperimentError(HarnessError):
    """An experiment that cannot be run as it is written."""

    exit_code = 2

    def __init__(self, source: str, key: str, problem: str, expected: str) -> None:
        super().__init__(f"{source}: {key}: {problem}. Nothing was started. Expected: {expected}.")
        self.source = source
        self.key = key
        self.expected = expected


class RunFolderError(HarnessError):
    """A run folder that cannot be created, read or appended to."""

    exit_code = 2


class NoCapacityError(HarnessError):
    """A rate that is a share of a capacity which was not found."""

    exit_code = 2
