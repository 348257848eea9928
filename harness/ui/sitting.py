"""A sitting: the tests of one `chatbench ui`, each a run folder that `chatbench report` knows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import RunFolderError
from harness.run_folder import RunFolder
from harness.ui.choices import Choices
from harness.ui.ended_test import EndedTest
from harness.ui.together import manifest_together, name_of, trials_together

_NAME = re.compile(r"test-(\d+)")
#: In a test's manifest: what was chosen, for a later sitting in the same folder.
_CHOICES = "cockpit"


@dataclass(kw_only=True, slots=True)
class Sitting:
    """Where tests are kept, in the order in which they ended."""

    path: Path
    tests: list[EndedTest] = field(default_factory=list)

    @classmethod
    def open(cls, path: Path) -> "Sitting":
        """A new one, or one that goes on with the tests that an earlier one kept in the folder."""
        return cls(path=path, tests=sorted(_kept_in(path), key=lambda test: test.number))

    def new_number(self) -> int:
        """One that was begun and not kept gives its number to the next; a run of any other kind keeps its own."""
        taken = [number for number, folder in _folders(self.path) if folder.manifest_path.exists()]
        return max(taken, default=0) + 1

    def keep(
        self, number: int, choices: Choices, folder: RunFolder, manifest: dict[str, Any], record: dict[str, Any]
    ) -> EndedTest:
        """On disk first, then on the page."""
        manifest = manifest | {"status": "finished", "lanes": [choices.variant], _CHOICES: asdict(choices)}
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


def _folders(path: Path) -> Iterator[tuple[int, RunFolder]]:
    for folder in path.glob("test-*"):
        if found := _NAME.fullmatch(folder.name):
            yield int(found[1]), RunFolder(path=folder)


def _kept_in(path: Path) -> Iterator[EndedTest]:
    """Those that are whole; what cannot be read stays where it is."""
    for number, folder in _folders(path):
        try:
            manifest, (record,) = folder.read_manifest(), folder.read_trials()
            choices = Choices(**manifest[_CHOICES] | {"scenarios": tuple(manifest[_CHOICES]["scenarios"])})
        except (RunFolderError, OSError, ValueError, KeyError, TypeError):
            continue
        yield EndedTest(number=number, choices=choices, folder=folder, manifest=manifest, record=record)
