"""Findings and outcomes: what a check saw, and what follows from it for a variant that declares gaps."""

from dataclasses import dataclass
from typing import Literal

#: Of another schema altogether everything is missing.
_MOST = 8
State = Literal["pass", "fail", "not run"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What a check saw."""

    holds: bool
    seen: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One check of one variant or database."""

    check: str
    #: The guarantee in one line.
    promise: str
    state: State
    seen: str
    #: The variant declares this gap.
    declared: bool

    @property
    def complaint(self) -> str | None:
        """Why this outcome fails the verification; None when it is as declared, or could not run."""
        if self.state == "fail" and not self.declared:
            return f"{self.check} fails, and is not declared as a known gap: {self.seen}"
        if self.state == "pass" and self.declared:
            return f"{self.check} is declared as a known gap, and holds: {self.seen}"
        return None


def held(seen: str) -> Finding:
    return Finding(holds=True, seen=seen)


def broken(seen: str) -> Finding:
    return Finding(holds=False, seen=seen)


def from_problems(problems: list[str], seen: str) -> Finding:
    """Broken by its problems, of which the first few are told, or held with what was seen."""
    more = [f"and {len(problems) - _MOST} more"] if len(problems) > _MOST else []
    return broken("; ".join([*problems[:_MOST], *more])) if problems else held(seen)
