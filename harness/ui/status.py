"""Status: what the cockpit is doing now, as the page shows it."""

from dataclasses import dataclass
from typing import Any

READY, PREPARING, STARTING, MEASURING, READING, DONE, STOPPED, FAILED = (
    *("ready", "preparing", "starting", "measuring", "reading", "done", "stopped", "failed"),
)


@dataclass(kw_only=True, slots=True)
class Status:
    """Changed in place; the page asks for it every second."""

    phase: str = READY
    text: str = "Ready. Choose a variant and start a test."
    #: Of a step whose end is known: how much is done, from 0 to 1.
    share: float | None = None

    def enter(self, phase: str, text: str, share: float | None = None) -> None:
        self.phase, self.text, self.share = phase, text, share

    def as_dict(self) -> dict[str, Any]:
        return {"phase": self.phase, "text": self.text, "share": self.share}
