"""Run folders: manifest, trials as they end, summary and report of one run; nothing finished is ever lost."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from harness.errors import RunFolderError


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFolder:
    """One run's files."""

    path: Path

    @classmethod
    def create(cls, path: Path) -> "RunFolder":
        """A new folder, or an existing one without a run in it."""
        folder = cls(path=path)
        if folder.manifest_path.exists():
            raise RunFolderError(
                f"{path} already holds a run. It is kept as it is. Choose another --out, or resume it."
            )
        path.mkdir(parents=True, exist_ok=True)
        return folder

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        folder = cls(path=path)
        if not folder.manifest_path.is_file():
            raise RunFolderError(f"{path} holds no manifest.json, so it is no run. Name a folder below runs/.")
        return folder

    @property
    def manifest_path(self) -> Path:
        return self.path / "manifest.json"

    @property
    def trials_path(self) -> Path:
        return self.path / "trials.jsonl"

    @property
    def sweeps_path(self) -> Path:
        return self.path / "sweeps.jsonl"

    @property
    def summary_path(self) -> Path:
        return self.path / "summary.json"

    @property
    def report_path(self) -> Path:
        return self.path / "report.html"

    def write_manifest(self, manifest: dict[str, Any]) -> None:
        write_atomically(self.manifest_path, orjson.dumps(manifest, option=orjson.OPT_INDENT_2, default=str))

    def read_manifest(self) -> dict[str, Any]:
        return _read_object(self.manifest_path)

    def append_trial(self, trial: dict[str, Any]) -> None:
        """Write the trial's line and wait until it is on disk; a torn last line of a killed run is cut off first."""
        _append(self.trials_path, trial)

    def read_trials(self) -> list[dict[str, Any]]:
        """The trials in the order in which they ended, without a torn last line."""
        return _read_lines(self.trials_path)

    def append_sweep(self, sweep: dict[str, Any]) -> None:
        """The same for one lane's sweep."""
        _append(self.sweeps_path, sweep)

    def read_sweeps(self) -> list[dict[str, Any]]:
        """The sweeps in the order in which they ended, without a torn last line."""
        return _read_lines(self.sweeps_path)

    def append_capacity(self, point: dict[str, Any]) -> None:
        """The same for one rate of one lane's capacity search."""
        _append(self.path / "capacity.jsonl", point)

    def read_capacity(self) -> list[dict[str, Any]]:
        """The rates in the order in which they were tried."""
        return _read_lines(self.path / "capacity.jsonl")

    def write_summary(self, summary: dict[str, Any]) -> None:
        write_atomically(self.summary_path, orjson.dumps(summary, option=orjson.OPT_INDENT_2))

    def read_summary(self) -> dict[str, Any]:
        return _read_object(self.summary_path)


def _append(path: Path, record: dict[str, Any]) -> None:
    _cut_torn_line(path)
    with path.open("ab") as file:
        file.write(orjson.dumps(record, option=orjson.OPT_SERIALIZE_NUMPY) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _read_lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    *lines, _torn = path.read_bytes().split(b"\n")
    return [_record(path, number, line) for number, line in enumerate(lines, 1) if line]


def _record(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        record: dict[str, Any] = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise RunFolderError(
            f"{path}, line {number} is not JSON ({error}). The run cannot be summarised. "
            "Remove that line; the others stay usable."
        ) from error
    return record


def _cut_torn_line(path: Path) -> None:
    if not path.exists():
        return
    content = path.read_bytes()
    if content and not content.endswith(b"\n"):
        os.truncate(path, content.rfind(b"\n") + 1)


def write_atomically(path: Path, content: bytes) -> None:
    """Readers see the old file or the new one, never half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _read_object(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise RunFolderError(f"{path} cannot be read ({error}). Summarise or run the experiment again.") from error
    return content
