"""One finding of the doctor."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    status: Status
    #: What was found.
    seen: str
    #: What to do; None when nothing is to be done.
    remedy: str | None = None
