"""Kept: the history's file, one line a run, only ever appended to."""

import os
from pathlib import Path

import orjson

from harness.history.entry import Entry, entry_from, entry_of
from harness.history.errors import HistoryError
from harness.run_folder import RunFolder


def add(file: Path, folder: Path, *, label: str | None) -> Entry:
    """Append a run's entry. Raises HistoryError where it is there already, is not finished, or measured nothing."""
    run = RunFolder.open(folder)
    manifest = run.read_manifest()
    if manifest.get("status") != "finished":
        raise HistoryError(
            f"{folder} is not finished, and half a run is no point of a trend, so nothing was added. "
            f"Go on with `chatbench compare --resume {folder}`."
        )
    entry = entry_of(manifest, run.read_trials(), label=label)
    if not entry.points:
        raise HistoryError(
            f"{folder} holds no valid trial, so there is nothing to add. See `chatbench report {folder}`."
        )
    # a CI may give each night's run the same folder, and so the same name
    if any((known.run_id, known.created_at) == (entry.run_id, entry.created_at) for known in read(file)):
        raise HistoryError(f"{entry.called} is in {file} already, so nothing was added. Each run counts once.")
    _append(file, orjson.dumps(entry.as_dict()))
    return entry


def read(file: Path) -> list[Entry]:
    """Every entry in the order in which they were added, without a torn last line. Raises HistoryError."""
    if not file.exists():
        return []
    *lines, _torn = file.read_bytes().split(b"\n")
    return [_entry(file, number, line) for number, line in enumerate(lines, 1) if line]


def _entry(file: Path, number: int, line: bytes) -> Entry:
    try:
        return entry_from(orjson.loads(line))
    except (orjson.JSONDecodeError, KeyError, TypeError) as problem:
        raise HistoryError(
            f"{file}, line {number} is no entry ({type(problem).__name__} {problem}), so there is no trend to tell. "
            "Remove that line; the others stay usable."
        ) from problem


def _append(file: Path, line: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    content = file.read_bytes() if file.exists() else b""
    if content and not content.endswith(b"\n"):
        # what a killed process left of its line
        os.truncate(file, content.rfind(b"\n") + 1)
    with file.open("ab") as opened:
        opened.write(line + b"\n")
        opened.flush()
        os.fsync(opened.fileno())
