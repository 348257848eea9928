"""A finding of the lint: what is seen, what follows, and what to do about it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

#: drop: it costs and serves nothing; make: something is missing; rebuild: it is damaged; look: a person should judge.
Advice = Literal["drop", "make", "rebuild", "look"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One rule's word on one index or foreign key."""

    rule: str
    table: str
    #: The index's or the foreign key's name.
    subject: str
    advice: Advice
    #: The fact, with its numbers, and what follows.
    seen: str
    #: SQL that does it; nothing here runs it.
    remedy: str
    #: What doing it gives back; None where nothing.
    bytes: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
