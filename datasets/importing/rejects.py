"""Rejects: every row that is not kept, in a file with its place and reason, and counted."""

import csv
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from datasets.importing.reasons import MEANINGS, Reason

NAME = "rejects.csv"


class Rejects:
    """Open while an import runs.

    The file has no text of a message and, when anonymising, nothing at all of what was read.
    """

    def __init__(self, path: Path, *, is_anonymous: bool) -> None:
        #: by what the rows are: messages, users, blocks
        self.counts: defaultdict[str, Counter[Reason]] = defaultdict(Counter)
        self._anonymous = is_anonymous
        self._file: TextIO = path.open("w", newline="", encoding="utf-8")
        self._csv = csv.writer(self._file)
        self._csv.writerow(["file", "row", "reason", "meaning", "conversation"])

    def close(self) -> None:
        self._file.close()

    def add(
        self, what: str, file: str, numbers: Sequence[int], reasons: Sequence[int], shown: Sequence[str] = ()
    ) -> None:
        """Rows of one file; `shown` is each row's conversation."""
        for place, (number, code) in enumerate(zip(numbers, reasons, strict=True)):
            reason = Reason(code)
            self.counts[what][reason] += 1
            conversation = shown[place] if shown and not self._anonymous else ""
            self._csv.writerow([file, number, reason.label, MEANINGS[reason], conversation])

    def add_broken(self, what: str, file: str, broken: Sequence[tuple[int, Reason]]) -> None:
        self.add(what, file, [number for number, _ in broken], [reason for _, reason in broken])

    def by_reason(self, what: str) -> dict[str, int]:
        """Most frequent first."""
        return {reason.label: count for reason, count in self.counts[what].most_common()}
