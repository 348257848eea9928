"""An ended test: what was chosen, what was measured, and the run folder that holds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness.run_folder import RunFolder
from harness.ui.choices import Choices

#: Compared with by the others wherever it takes part.
_BASELINE = "baseline"


@dataclass(frozen=True, kw_only=True, slots=True)
class EndedTest:
    """One finished test."""

    number: int
    choices: Choices
    folder: RunFolder
    manifest: dict[str, Any]
    record: dict[str, Any]

    def alike(self) -> tuple[Any, ...]:
        """What tests share that can be laid side by side; earlier sittings may have had another machine, or data."""
        surroundings = self.manifest.get("fingerprints") or {}
        return (
            *self.choices.alike(),
            *((part, surroundings.get(part)) for part in ("data", "settings", "versions", "hardware")),
            *((("whole window", self.is_whole),) if self.choices.is_shaped else ()),
        )

    @property
    def is_whole(self) -> bool:
        """Whether its window was as long as it was to be; of a shape that was stopped the rest is missing."""
        return bool(self.record["load"]["window_s"] >= self.choices.window_s - 1)

    def line(self) -> dict[str, Any]:
        """For the list of tests."""
        own = {name: one for name, one in self.record["operations"].items() if not name.startswith("task:")}
        return {
            "number": self.number,
            "variant": self.choices.variant,
            "scenario": self.choices.load_name,
            "dataset": self.choices.dataset,
            "target": self.choices.url if self.choices.is_remote else self.choices.target,
            "users": self.choices.users,
            "rate_per_s": None if self.choices.arrivals == "closed" else self.choices.rate_per_s,
            "window_s": self.record["load"]["window_s"],
            "started_at": self.record["started_at"],
            "calls": sum(one["count"] for one in own.values()),
            "errors": sum(one["errors"] for one in own.values()),
            "void": self.record["void"],
        }


def variants_of(tests: Sequence[EndedTest]) -> list[str]:
    """Each once, in the order in which they were tested, but the plain baseline first."""
    return sorted(dict.fromkeys(test.choices.variant for test in tests), key=lambda name: name != _BASELINE)
