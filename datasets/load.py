"""Copy a dataset into PostgreSQL: Arrow batches → COPY's binary format → asyncpg, one batch ahead."""

from __future__ import annotations  # asyncpg.Connection takes a parameter only in its stubs

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pyarrow as pa
import pyarrow.parquet as pq

from datasets.columns import SCHEMAS
from datasets.errors import DatasetError
from datasets.manifest import Manifest
from datasets.message_ids import MessageIds, reshaped, schema_of
from datasets.messages import BATCH_ROWS, message_batches
from datasets.segments import segments
from datasets.shape import Dataset
from datasets.totals import Totals
from datasets.wire import encoded

Progress = Callable[[int], None]
Connection = asyncpg.Connection


async def copy_table(
    connection: Connection,
    table: str,
    folder: Path,
    progress: Progress | None = None,
    as_table: str | None = None,
    *,
    more: Sequence[Connection] = (),
    keep: Callable[[Any], Any] | None = None,
    message_ids: MessageIds = MessageIds.UUID4,
    into: Mapping[str, str | None] | None = None,
) -> int:
    """Copy one table's files; returns the rows copied.

    `more` connections share the work: see copy_batches. `keep` makes a smaller record batch of each.
    `message_ids` is what messages.id and conversations.last_message_id are to be. `into` gives a column another name
    in the table, or leaves it out (None).
    """
    manifest = Manifest.read(folder)
    if table not in manifest.files:
        raise DatasetError(f"a dataset has no table {table!r}, so nothing was copied; it has {', '.join(SCHEMAS)}")
    batches = _file_batches([folder / name for name in manifest.files[table]])
    schema = schema_of(table, message_ids)
    wanted = [name for name in schema.names if into is None or into.get(name, name) is not None]
    narrow = None if wanted == schema.names else (lambda batch: batch.select(wanted))
    for change in (reshaped(table, message_ids, manifest.dataset), keep, narrow):
        batches = map(change, batches) if change else batches
    return await copy_batches(
        [connection, *more],
        table,
        batches,
        as_table=as_table or table,
        progress=progress,
        schema=pa.schema([schema.field(name) for name in wanted]),
        columns=[(into or {}).get(name) or name for name in wanted],
    )


async def stream_messages(
    dataset: Dataset,
    connection: Connection,
    *,
    more: Sequence[Connection] = (),
    as_table: str = "messages",
    progress: Progress | None = None,
    totals: Totals | None = None,
) -> int:
    """Generate messages and copy them with no files between; `totals` is filled on the way when given."""
    batches = _generated(dataset, totals)
    return await copy_batches([connection, *more], "messages", batches, as_table=as_table, progress=progress)


def _generated(dataset: Dataset, totals: Totals | None) -> Iterator[Any]:
    for segment in segments(dataset):
        if totals is not None:
            totals.add(dataset, segment)
        yield from message_batches(dataset, segment)


def _file_batches(paths: Sequence[Path]) -> Iterator[Any]:
    for path in paths:
        try:
            yield from pq.ParquetFile(path).iter_batches(batch_size=BATCH_ROWS)
        except (FileNotFoundError, pa.ArrowException) as error:
            raise DatasetError(
                f"{path} cannot be read ({error}), so the copy was stopped; delete the folder and generate again"
            ) from error


async def copy_batches(
    connections: Sequence[Connection],
    table: str,
    batches: Iterator[Any],
    *,
    as_table: str,
    progress: Progress | None = None,
    schema: Any = None,
    columns: Sequence[str] | None = None,
) -> int:
    """Copy record batches of a schema, by default of the table's, into columns, by default of the same names.

    With several connections each takes the next batch when it is ready: faster where the server has cores to spare, but
    then the rows' place in the heap varies by a few batches from one copy to the next, and each commits on its own.
    """
    shared, fields = _Shared(batches), schema or SCHEMAS[table]
    copied = 0

    def count(rows: int) -> None:
        nonlocal copied
        copied += rows
        if progress is not None:
            progress(rows)

    async def copy(connection: Connection) -> None:
        await connection.copy_to_table(
            as_table,
            source=_ahead(encoded(table, shared, fields), count),
            columns=columns or fields.names,
            format="binary",
        )

    copies = [asyncio.create_task(copy(connection)) for connection in connections]
    try:
        await asyncio.gather(*copies)
    finally:
        for task in copies:
            task.cancel()
        await asyncio.gather(*copies, return_exceptions=True)
    return copied


class _Shared:
    """One iterator for several threads."""

    def __init__(self, batches: Iterator[Any]) -> None:
        self._batches = batches
        self._turn = threading.Lock()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        with self._turn:
            return next(self._batches)


async def _ahead(chunks: Iterator[tuple[bytes, int]], count: Progress) -> AsyncIterator[bytes]:
    """Make the next chunk in a thread while the present one is sent."""
    upcoming = asyncio.create_task(asyncio.to_thread(next, chunks, None))
    while (chunk := await upcoming) is not None:
        upcoming = asyncio.create_task(asyncio.to_thread(next, chunks, None))
        data, rows = chunk
        yield data
        count(rows)
