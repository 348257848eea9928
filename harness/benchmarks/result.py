"""What a benchmark tells: a value, and the peer's in the same run."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One line of the table and of bench.json."""

    name: str
    value: float
    unit: str
    #: What it is compared with; None: a value that stands alone.
    peer: str | None = None
    peer_value: float | None = None
