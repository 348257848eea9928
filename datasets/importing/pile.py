"""The pile: rows between the passes. Keys stay in memory (56 bytes a message at most), the rest waits on disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets.importing.checking import PAYLOAD, Checked


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """Arrays with an entry for each row of the pile, in the order of reading."""

    conversation: NDArray[np.int32]
    sender: NDArray[np.int32]
    receiver: NDArray[np.int32]
    created_at: NDArray[np.int64]
    ids: NDArray[np.uint64] | None


class Pile:
    """Filled once, then read in order of reading; `files` has (name, rows of it) for each chunk."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "pile.arrow"
        self._sink = pa.OSFile(str(self._path), "wb")
        self._to = pa.ipc.new_file(self._sink, PAYLOAD)
        self._parts: list[Checked] = []
        self.files: list[tuple[str, int]] = []

    def add(self, file: str, checked: Checked) -> None:
        """Its kept rows."""
        kept = np.flatnonzero(checked.reasons == 0)
        if not len(kept):
            return
        columns = [
            pa.array(column, PAYLOAD.field(name).type) if isinstance(column, np.ndarray) else column
            for name, column in checked.payload.items()
        ]
        batch = pa.RecordBatch.from_arrays(columns, schema=PAYLOAD).take(pa.array(kept))
        self._to.write_batch(batch)
        self.files.append((file, len(kept)))
        self._parts.append(
            Checked(
                reasons=checked.reasons[:0],
                conversation=checked.conversation[kept],
                sender=checked.sender[kept],
                receiver=checked.receiver[kept],
                created_at=checked.created_at[kept],
                ids=None if checked.ids is None else checked.ids[kept],
                payload={},
            )
        )

    def keys(self) -> Keys:
        """Ends filling."""
        self._to.close()
        self._sink.close()
        parts, self._parts = self._parts, []
        have_ids = any(part.ids is not None for part in parts)
        return Keys(
            conversation=_joined([part.conversation for part in parts], np.int32),
            sender=_joined([part.sender for part in parts], np.int32),
            receiver=_joined([part.receiver for part in parts], np.int32),
            created_at=_joined([part.created_at for part in parts], np.int64),
            ids=np.concatenate(_all_ids(parts)) if have_ids else None,
        )

    def batches(self) -> Iterator[tuple[str, Any]]:
        """(file, rows) as they were added."""
        with pa.memory_map(str(self._path)) as source:
            reader = pa.ipc.open_file(source)
            for place, (file, _) in enumerate(self.files):
                yield file, reader.get_batch(place)


def _all_ids(parts: list[Checked]) -> list[NDArray[np.uint64]]:
    """Of each part; rows of files without ids get numbers, which no two hashes are."""
    found, unnamed = [], 0
    for part in parts:
        if part.ids is None:
            count = len(part.created_at)
            numbers = np.arange(unnamed, unnamed + count, dtype=np.uint64)
            found.append(np.column_stack([numbers, np.zeros_like(numbers)]))
            unnamed += count
        else:
            found.append(part.ids)
    return found


def _joined(parts: list[NDArray[Any]], kind: Any) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)


class Buckets:
    """Rows thrown into files by their place in time, then read back one bucket at a time, in order."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder, self._size = folder, size
        self._open: dict[int, tuple[Any, Any]] = {}
        self._schema = PAYLOAD.append(pa.field("rank", pa.int64()))

    def add(self, batch: Any, ranks: NDArray[np.int64]) -> None:
        """Rows with a rank from 0; below that they are not wanted."""
        bucket = np.where(ranks < 0, -1, ranks // self._size)
        whole = pa.RecordBatch.from_arrays([*batch.columns, pa.array(ranks)], schema=self._schema)
        for number in np.unique(bucket).tolist():
            if number >= 0:
                self._writer(number).write_batch(whole.take(pa.array(np.flatnonzero(bucket == number))))

    def _writer(self, number: int) -> Any:
        if number not in self._open:
            sink = pa.OSFile(str(self._path(number)), "wb")
            self._open[number] = (sink, pa.ipc.new_stream(sink, self._schema))
        return self._open[number][1]

    def _path(self, number: int) -> Path:
        return self._folder / f"bucket-{number}.arrow"

    def read(self) -> Iterator[tuple[int, Any]]:
        """(number, its rows by rank)."""
        for sink, writer in self._open.values():
            writer.close()
            sink.close()
        for number in sorted(self._open):
            with pa.memory_map(str(self._path(number))) as source:
                rows = pa.ipc.open_stream(source).read_all().combine_chunks()
                yield number, rows.sort_by("rank")
            self._path(number).unlink()
