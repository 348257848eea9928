"""A sitting: the tests of one `chatbench ui`, each a run folder that `chatbench report` knows."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.run_folder import RunFolder
from harness.ui.choices import Choices


@dataclass(frozen=True, kw_only=True, slots=True)
class Test:
    """One finished test."""

    __test__ = False

    number: int
    choices: Choices
    folder: RunFolder
    manifest: dict[str, Any]
    record: dict[str, Any]

    def line(self) -> dict[str, Any]:
        """For the list of tests."""
        own = {name: one for name, one in self.record["operations"].items() if not name.startswith("task:")}
        return {
            "number": self.number,
            "variant": self.choices.variant,
            "scenario": self.choices.scenario,
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


@dataclass(kw_only=True, slots=True)
class Sitting:
    """Where tests are kept, in the order in which they ended."""

    path: Path
    tests: list[Test] = field(default_factory=list)

    def new_number(self) -> int:
        """One that was begun and not kept gives its number to the next."""
        return len(self.tests) + 1

    def keep(
        self, number: int, choices: Choices, folder: RunFolder, manifest: dict[str, Any], record: dict[str, Any]
    ) -> Test:
        """On disk first, then on the page."""
        manifest = manifest | {"status": "finished", "lanes": [choices.variant]}
        folder.write_manifest(manifest)
        folder.append_trial(record)
        test = Test(number=number, choices=choices, folder=folder, manifest=manifest, record=record)
        self.tests.append(test)
        return test

    def folder_of(self, number: int) -> RunFolder:
        return RunFolder.create(self.path / f"test-{number}")

    def test(self, number: int) -> Test | None:
        return next((one for one in self.tests if one.number == number), None)
