"""Status: what the cockpit is doing now and what it did before, as the page shows it."""

import time
from dataclasses import dataclass, field
from typing import Any

READY, PREPARING, STARTING, MEASURING, READING, DONE, STOPPED, FAILED = (
    *("ready", "preparing", "starting", "measuring", "reading", "done", "stopped", "failed"),
)


@dataclass(kw_only=True, slots=True)
class Step:
    """One thing done for the test at hand."""

    text: str
    began: float
    #: None while it goes on.
    seconds: float | None = None


@dataclass(kw_only=True, slots=True)
class Status:
    """Changed in place; the page asks for it every second, so a step shorter than that is seen in the list only."""

    phase: str = READY
    text: str = "Ready. Choose a variant and start a test."
    #: Of a step whose end is known: how much is done, from 0 to 1.
    share: float | None = None
    steps: list[Step] = field(default_factory=list)

    def begin(self) -> None:
        """A new test: nothing is done for it yet."""
        self.steps = []

    def enter(self, phase: str, text: str, share: float | None = None, *, step: str = "") -> None:
        """What goes on from now; texts of one `step` that tell how far it is count as one."""
        self.phase, self.text, self.share = phase, text, share
        doing = step or text
        if self.steps and self.steps[-1].text == doing:
            return
        now = time.monotonic()
        if self.steps:
            self.steps[-1].seconds = now - self.steps[-1].began
        self.steps.append(Step(text=doing, began=now))

    def as_dict(self) -> dict[str, Any]:
        steps = [{"text": step.text, "seconds": step.seconds} for step in self.steps]
        return {"phase": self.phase, "text": self.text, "share": self.share, "steps": steps}
