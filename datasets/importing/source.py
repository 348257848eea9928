"""Sources: Parquet and CSV files as batches of the wanted columns, with each row's place in its file."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from datasets.errors import DatasetError
from datasets.importing.fields import columns_of

_BATCH_ROWS = 50_000
#: A row longer than this cannot be read.
_BLOCK_BYTES = 8 << 20

#: Told a file's columns, answers which of them are which field.
Choose = Callable[[str, list[str]], Mapping[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """Consecutive rows of a file."""

    file: str
    #: place of each row in its file; of a CSV's, the header is row 1
    numbers: NDArray[np.int64]
    #: by field
    columns: Mapping[str, Any]
    #: of CSV records with too few or too many columns: place, and what was seen
    broken: list[tuple[int, str]]


def chunks(path: Path, choose: Choose) -> Iterator[Chunk]:
    """Raises DatasetError when the file cannot be read on."""
    try:
        yield from (_parquet if ".parquet" in path.suffixes else _csv)(path, choose)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def columns_in(path: Path, given: Mapping[str, str]) -> Mapping[str, str]:
    """Field → column of a file of messages."""
    try:
        names = pq.read_schema(path).names if ".parquet" in path.suffixes else _header(path, _delimiter(path))
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(path, error) from error
    return columns_of(str(path), names, "message", given)


def _delimiter(path: Path) -> str:
    return "\t" if ".tsv" in path.suffixes else ","


def _unreadable(path: Path, error: Exception) -> DatasetError:
    reason = str(error).split("\n", maxsplit=1)[0]
    return DatasetError(
        f"{path} cannot be read ({reason}), so nothing was imported; it must be Parquet, or CSV with a header, in "
        'which texts with commas, quotes or line breaks stand in "quotes"'
    )


def _parquet(path: Path, choose: Choose) -> Iterator[Chunk]:
    file, done = pq.ParquetFile(path), 0
    chosen = choose(str(path), file.schema_arrow.names)
    for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=list(chosen.values())):
        columns = {field: batch.column(name) for field, name in chosen.items()}
        numbers = np.arange(done + 1, done + 1 + batch.num_rows)
        done += batch.num_rows
        yield Chunk(file=path.name, numbers=numbers, columns=columns, broken=[])


def _csv(path: Path, choose: Choose) -> Iterator[Chunk]:
    delimiter = _delimiter(path)
    header = _header(path, delimiter)
    chosen = choose(str(path), header)
    numbering = _Numbering()
    reader = pc.open_csv(
        pa.input_stream(str(path)),
        read_options=pc.ReadOptions(block_size=_BLOCK_BYTES, use_threads=False),
        parse_options=pc.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=numbering.skip, ignore_empty_lines=False
        ),
        convert_options=pc.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(header, pa.binary()),
            include_columns=list(chosen.values()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=["", "\\N"],
        ),
    )
    for batch in reader:
        columns = {field: batch.column(name) for field, name in chosen.items()}
        broken = numbering.taken()
        yield Chunk(file=path.name, numbers=numbering.of(batch.num_rows), columns=columns, broken=broken)
    if left := numbering.taken():
        none = {field: pa.array([], pa.binary()) for field in chosen}
        yield Chunk(file=path.name, numbers=np.zeros(0, dtype=np.int64), columns=none, broken=left)


def _header(path: Path, delimiter: str) -> list[str]:
    with pa.input_stream(str(path)) as stream:
        start = stream.read(1 << 16)
    first = next(csv.reader(io.StringIO(bytes(start).decode("utf-8-sig", "replace")), delimiter=delimiter), [])
    if not first or len(set(first)) < len(first):
        raise DatasetError(
            f"{path} has no header with a name of its own for each column, so nothing was imported; add one"
        )
    return first


class _Numbering:
    """Places of records: the reader counts those it skips, and skips ahead of the batches that it hands over."""

    def __init__(self) -> None:
        self._next = 2
        self._skipped: list[int] = []
        self._untold: list[tuple[int, str]] = []

    def skip(self, row: Any) -> str:
        self._skipped.append(row.number)
        self._untold.append((row.number, f"{row.actual_columns} columns, not {row.expected_columns}"))
        return "skip"

    def taken(self) -> list[tuple[int, str]]:
        told, self._untold = self._untold, []
        return told

    def of(self, rows: int) -> NDArray[np.int64]:
        """Places of the next rows that were not skipped."""
        numbers = np.arange(self._next, self._next + rows + len(self._skipped))
        if self._skipped:
            numbers = numbers[~np.isin(numbers, self._skipped)]
        numbers = numbers[:rows]
        self._next = int(numbers[-1]) + 1 if rows else self._next
        self._skipped = [number for number in self._skipped if number >= self._next]
        return numbers
