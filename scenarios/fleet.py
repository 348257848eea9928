"""The fleet: which processes take part in a test, where each of them is, and what became of it.

Points keep windows together: a point opens when every process that is there has arrived, and stays open. Who comes
later is told how long it has been open, and runs what is left. Pure: the caller tells the time, seconds of any clock.
"""

from dataclasses import dataclass, field
from typing import Any

from scenarios.outcome import Outcome

#: The points, in order: before the warm-up, and before the window.
READY = "ready"
WARM = "warm"


@dataclass(frozen=True, kw_only=True, slots=True)
class Go:
    """What a process is told at a point."""

    #: The last point that is open.
    point: str
    #: How long it has been open, seconds: 0 for who was there in time.
    elapsed_s: float = 0.0


@dataclass(kw_only=True, slots=True)
class Member:
    """One process of the fleet."""

    name: str
    index: int
    #: Seconds after the test's start; None: it was there.
    joined_s: float | None = None
    #: Seconds after the test's start at which it was last heard.
    heard_s: float = 0.0
    #: The same, of a process that was then missed; None: it was not.
    lost_s: float | None = None
    #: Why it could not go on, in its own words.
    failure: str | None = None
    outcome: Outcome | None = None
    #: Calls that it has told of while it ran, warm-up included: all that is known of a lost one.
    reported: int = 0
    arrived: set[str] = field(default_factory=set)

    @property
    def is_awaited(self) -> bool:
        return self.lost_s is None and self.failure is None

    def told(self) -> dict[str, Any]:
        """In the form of outcome.json."""
        counted = self.outcome["operations"].items() if self.outcome else []
        return {
            "name": self.name,
            "index": self.index,
            "joined_s": self.joined_s,
            "lost_s": self.lost_s,
            "failure": self.failure,
            "calls": sum(entry["count"] for name, entry in counted if not name.startswith("task:"))
            if self.outcome
            else None,
            "reported_calls": self.reported,
        }


class Fleet:
    """The processes of one test, by an id of their own."""

    def __init__(self, now_s: float) -> None:
        self._began_s = now_s
        self.members: dict[str, Member] = {}
        self._opened_s: dict[str, float] = {}

    def join(self, process: str, *, name: str, index: int, now_s: float | None = None) -> None:
        """Without a time: it was there from the start. Who is known already stays as it is."""
        if process not in self.members:
            joined_s = None if now_s is None else now_s - self._began_s
            self.members[process] = Member(name=name, index=index, joined_s=joined_s)

    def hear(self, process: str, calls: int, now_s: float) -> None:
        """It is there, and has made so many calls since its test began."""
        if member := self.members.get(process):
            member.heard_s, member.reported = now_s - self._began_s, max(member.reported, calls)

    def lose(self, process: str) -> Member | None:
        """It is missed; the member, if it owed something."""
        member = self.members.get(process)
        if member is None or not member.is_awaited or member.outcome is not None:
            return None
        member.lost_s = member.heard_s
        return member

    def fail(self, process: str, failure: str) -> None:
        self.members[process].failure = failure

    def deliver(self, process: str, outcome: Outcome) -> None:
        """Its window, whole; a process that was thought lost is not."""
        member = self.members[process]
        member.outcome, member.lost_s = outcome, None

    def arrive(self, process: str, point: str) -> None:
        self.members[process].arrived.add(point)

    def waiting(self, now_s: float) -> dict[str, Go]:
        """Who may go on now. A process is told of a point once; call it after whatever may have opened one."""
        for point in (READY, WARM):
            awaited = [member for member in self.members.values() if member.is_awaited and member.outcome is None]
            if point not in self._opened_s and awaited and all(point in member.arrived for member in awaited):
                self._opened_s[point] = now_s
        return {process: go for process, member in self.members.items() if (go := self._go(member, now_s))}

    def _go(self, member: Member, now_s: float) -> Go | None:
        reached = max(member.arrived & self._opened_s.keys(), default=None, key=(READY, WARM).index)
        if reached is None:
            return None
        member.arrived.discard(reached)
        last = WARM if WARM in self._opened_s else READY
        return Go(point=last, elapsed_s=now_s - self._opened_s[last])

    @property
    def outcomes(self) -> list[Outcome]:
        return [member.outcome for member in self.members.values() if member.outcome is not None]

    @property
    def is_complete(self) -> bool:
        """Nothing more will come."""
        return all(member.outcome is not None for member in self.members.values() if member.is_awaited)

    def told(self) -> list[dict[str, Any]]:
        return [member.told() for member in sorted(self.members.values(), key=lambda member: member.index)]
