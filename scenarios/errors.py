"""What can be wrong with a workload, said as fact, consequence and remedy."""


class ScenarioError(Exception):
    """The workload cannot run as asked; the message says what to change."""


class OptionError(ScenarioError):
    """An option of the Locust run is missing or makes no sense."""


class TargetError(ScenarioError):
    """The target answered in a way that its protocol does not allow, or not at all."""

    def __init__(self, message: str, *, code: str = "target_error") -> None:
        super().__init__(message)
        #: Stable, id-free name under which the error is counted.
        self.code = code


class MixError(ScenarioError):
    """A mix's file cannot be used as it is written; the message names its line."""
