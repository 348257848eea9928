"""A sitting: the tests of one `chatbench ui`, each a run folder that `chatbench report` knows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.run_folder import RunFolder
from harness.ui.choices import Choices
from harness.ui.ended_test import EndedTest
from harness.ui.together import manifest_together, name_of, trials_together


@dataclass(kw_only=True, slots=True)
class Sitting:
    """Where tests are kept, in the order in which they ended."""

    path: Path
    tests: list[EndedTest] = field(default_factory=list)

    def new_number(self) -> int:
        """One that was begun and not kept gives its number to the next."""
        return len(self.tests) + 1

    def keep(
        self, number: int, choices: Choices, folder: RunFolder, manifest: dict[str, Any], record: dict[str, Any]
    ) -> EndedTest:
        """On disk first, then on the page."""
        manifest = manifest | {"status": "finished", "lanes": [choices.variant]}
        folder.write_manifest(manifest)
        folder.append_trial(record)
        test = EndedTest(number=number, choices=choices, folder=folder, manifest=manifest, record=record)
        self.tests.append(test)
        return test

    def folder_of(self, number: int) -> RunFolder:
        return RunFolder.create(self.path / f"test-{number}")

    def folder_together(self, tests: Sequence[EndedTest]) -> RunFolder:
        """One test's own, or a new one that holds them all as one run."""
        if len(tests) == 1:
            return tests[0].folder
        path = self.path / name_of(tests)
        if path.exists():
            return RunFolder.open(path)
        folder = RunFolder.create(path)
        folder.write_manifest(manifest_together(tests))
        for trial in trials_together(tests):
            folder.append_trial(trial)
        return folder

    def test(self, number: int) -> EndedTest | None:
        return next((one for one in self.tests if one.number == number), None)
