"""Copy a dataset into PostgreSQL: Arrow batches → COPY's binary format → asyncpg, one batch ahead."""

from __future__ import annotations  # asyncpg.Connection takes a parameter only in its stubs

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pgpq
import pyarrow.parquet as pq
from pgpq.encoders import StringEncoderBuilder
from pgpq.schema import Jsonb

from datasets.columns import JSON_COLUMNS, SCHEMAS
from datasets.errors import DatasetError
from datasets.manifest import Manifest
from datasets.messages import BATCH_ROWS, message_batches
from datasets.segments import Totals, segments
from datasets.shape import Dataset

Progress = Callable[[int], None]
_AHEAD = 4


async def copy_table(
    connection: asyncpg.Connection[Any],
    table: str,
    folder: Path,
    progress: Progress | None = None,
    as_table: str | None = None,
) -> int:
    """Copy one table's files; returns the rows copied."""
    manifest = Manifest.read(folder)
    if table not in manifest.files:
        raise DatasetError(f"a dataset has no table {table!r}, so nothing was copied; it has {', '.join(SCHEMAS)}")
    batches = _file_batches([folder / name for name in manifest.files[table]])
    return await copy_batches(connection, table, batches, progress=progress, as_table=as_table)


async def stream_messages(
    dataset: Dataset,
    connection: asyncpg.Connection[Any],
    *,
    as_table: str = "messages",
    progress: Progress | None = None,
    totals: Totals | None = None,
) -> int:
    """Generate messages and copy them with no files between; `totals` is filled on the way when given."""
    return await copy_batches(connection, "messages", _generated(dataset, totals), progress=progress, as_table=as_table)


def _generated(dataset: Dataset, totals: Totals | None) -> Iterator[Any]:
    for segment in segments(dataset):
        if totals is not None:
            totals.add(dataset, segment)
        yield from message_batches(dataset, segment)


def _file_batches(paths: list[Path]) -> Iterator[Any]:
    for path in paths:
        yield from pq.ParquetFile(path).iter_batches(batch_size=BATCH_ROWS)


async def copy_batches(
    connection: asyncpg.Connection[Any],
    table: str,
    batches: Iterator[Any],
    *,
    progress: Progress | None = None,
    as_table: str | None = None,
) -> int:
    """Copy record batches of a table's schema; they are made and encoded in a thread of their own."""
    copied = 0

    def count(rows: int) -> None:
        nonlocal copied
        copied += rows
        if progress is not None:
            progress(rows)

    await connection.copy_to_table(
        as_table or table,
        source=_ahead(_encoded(table, batches), count),
        columns=SCHEMAS[table].names,
        format="binary",
    )
    return copied


def encoder(table: str) -> pgpq.ArrowToPostgresBinaryEncoder:
    """Sixteen fixed bytes travel exactly as a uuid does; JSON text needs jsonb's version byte."""
    schema = SCHEMAS[table]
    builders = {
        field.name: StringEncoderBuilder.new_with_output(field, Jsonb())
        if (table, field.name) in JSON_COLUMNS
        else pgpq.ArrowToPostgresBinaryEncoder.infer_encoder(field)
        for field in schema
    }
    return pgpq.ArrowToPostgresBinaryEncoder.new_with_encoders(schema, builders)


def _encoded(table: str, batches: Iterator[Any]) -> Iterator[tuple[bytes, int]]:
    """COPY's bytes and the rows in them."""
    encode = encoder(table)
    yield encode.write_header(), 0
    for batch in batches:
        yield encode.write_batch(batch), batch.num_rows
    yield encode.finish(), 0


async def _ahead(chunks: Iterator[tuple[bytes, int]], count: Progress) -> AsyncIterator[bytes]:
    """Make chunks in a thread while earlier ones are sent; at most _AHEAD wait."""
    queue: asyncio.Queue[tuple[bytes, int] | None] = asyncio.Queue(_AHEAD)

    async def fill() -> None:
        while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
            await queue.put(chunk)
        await queue.put(None)

    filling = asyncio.create_task(fill())
    try:
        while True:
            getting = asyncio.create_task(queue.get())
            await asyncio.wait({getting, filling}, return_when=asyncio.FIRST_COMPLETED)
            if filling.done() and not getting.done() and queue.empty():
                getting.cancel()
                filling.result()
            chunk = await getting
            if chunk is None:
                return
            data, rows = chunk
            yield data
            count(rows)
    finally:
        filling.cancel()
