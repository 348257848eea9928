"""Sources: Parquet and CSV files as batches of the wanted columns, with each row's place in its file."""

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
from datasets.importing.formats import is_parquet, unpacked
from datasets.importing.reasons import Reason
from datasets.importing.records import LONGEST_BYTES, Records, reason_of
from datasets.importing.values import present

_BATCH_ROWS = 50_000

#: Told a file's columns, answers which of them are which field.
Choose = Callable[[str, list[str]], Mapping[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """Consecutive rows of a file."""

    file: str
    #: of the file, as far as it was read for these rows
    file_bytes: int
    #: place of each row in its file; of a CSV's, the header is row 1
    numbers: NDArray[np.int64]
    #: by field
    columns: Mapping[str, Any]
    #: of CSV records that are none: place, and why
    broken: list[tuple[int, Reason]]

    @property
    def rows(self) -> int:
        """Broken ones too."""
        return len(self.numbers) + len(self.broken)

    @property
    def blank(self) -> NDArray[np.bool_]:
        """Rows with nothing in them."""
        blank: NDArray[np.bool_] = ~np.logical_or.reduce([present(column) for column in self.columns.values()])
        return blank


def chunks(path: Path, choose: Choose, *, label: str = "") -> Iterator[Chunk]:
    """Raises DatasetError when the file cannot be read on. `label` is how its rows are told of."""
    try:
        yield from (_parquet if is_parquet(path) else _csv)(path, choose, label or path.name)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def columns_in(path: Path, given: Mapping[str, str]) -> Mapping[str, str]:
    """Field → column of a file of messages."""
    try:
        if is_parquet(path):
            names = pq.read_schema(path).names
        else:
            with unpacked(path) as (_, stream):
                names = _header(path, Records(stream))
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(path, error) from error
    return columns_of(str(path), names, "message", given)


def _unreadable(path: Path, error: Exception) -> DatasetError:
    reason = str(error).split("\n", maxsplit=1)[0]
    return DatasetError(
        f"{path} cannot be read ({reason}), so nothing was imported; it must be whole, and Parquet, or CSV with a "
        'header, in which texts with commas, quotes or line breaks stand in "quotes"'
    )


def _parquet(path: Path, choose: Choose, label: str) -> Iterator[Chunk]:
    file, done = pq.ParquetFile(path), 0
    chosen = choose(str(path), file.schema_arrow.names)
    per_row = path.stat().st_size / max(file.metadata.num_rows, 1)
    for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=list(chosen.values())):
        columns = {field: batch.column(name) for field, name in chosen.items()}
        numbers = np.arange(done + 1, done + 1 + batch.num_rows)
        done += batch.num_rows
        read = round(done * per_row) - round(int(numbers[0] - 1) * per_row) if batch.num_rows else 0
        yield Chunk(file=label, file_bytes=read, numbers=numbers, columns=columns, broken=[])


def _csv(path: Path, choose: Choose, label: str) -> Iterator[Chunk]:
    with unpacked(path) as (file, stream):
        records, numbering, told = Records(stream), _Numbering(), 0
        header = _header(path, records)
        chosen = {field: str(header.index(name)) for field, name in choose(str(path), header).items()}
        for batch in _batches(records, chosen, numbering):
            columns = {field: batch.column(name) for field, name in chosen.items()}
            told, before = file.tell(), told
            broken = numbering.taken()
            numbers = numbering.of(batch.num_rows)
            yield Chunk(file=label, file_bytes=told - before, numbers=numbers, columns=columns, broken=broken)
        if left := numbering.taken():
            none = {field: pa.array([], pa.binary()) for field in chosen}
            yield Chunk(file=label, file_bytes=0, numbers=np.zeros(0, dtype=np.int64), columns=none, broken=left)


def _batches(records: Records, chosen: Mapping[str, str], numbering: "_Numbering") -> Any:
    """Bytes as they are: columns go by their place, since a header may have two of one name."""
    if records.is_empty:
        return ()
    names = [str(place) for place in range(len(records.header))]
    return pc.open_csv(
        pa.PythonFile(records, "r"),
        read_options=pc.ReadOptions(block_size=4 * LONGEST_BYTES, use_threads=False, column_names=names),
        parse_options=pc.ParseOptions(
            delimiter=records.delimiter,
            newlines_in_values=True,
            invalid_row_handler=numbering.skip,
            ignore_empty_lines=False,
        ),
        convert_options=pc.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(names, pa.binary()),
            include_columns=list(dict.fromkeys(chosen.values())),
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=["", "\\N"],
        ),
    )


def _header(path: Path, records: Records) -> list[str]:
    if not records.header:
        raise DatasetError(
            f"{path} does not begin with a row of column names, so nothing was imported; put one at its top"
        )
    return records.header


class _Numbering:
    """Places of records: the reader counts those it skips, and skips ahead of the batches that it hands over."""

    def __init__(self) -> None:
        self._next = 2
        self._skipped: list[int] = []
        self._untold: list[tuple[int, Reason]] = []

    def skip(self, row: Any) -> str:
        number = row.number + 1  # the header was taken off
        self._skipped.append(number)
        self._untold.append((number, reason_of(row.text)))
        return "skip"

    def taken(self) -> list[tuple[int, Reason]]:
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
