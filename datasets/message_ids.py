"""What messages.id is in a copy: the dataset's random uuid, a uuid with its time in front, or its place as a number.

One dataset serves all three: its Parquet files hold random uuids, and a copy reshapes the columns concerned. A uuid v7
(RFC 9562) takes 48 bits from created_at in milliseconds and 74 from the random uuid, in their order: messages of one
instant stay in the order that their random ids have. A number is the message's ordinal, counted from 1.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets.columns import SCHEMAS, uuid_column
from datasets.ids import Words
from datasets.imported import Imported
from datasets.segments import segments
from datasets.shape import Dataset

_US_PER_MS = 1_000
_36, _62 = (1 << 36) - 1, (1 << 62) - 1
#: Table → its column with a message's id, and the column with that message's time.
_COLUMNS = {"messages": ("id", "created_at"), "conversations": ("last_message_id", "last_message_at")}

Reshape = Callable[[Any], Any]


class MessageIds(StrEnum):
    """The kinds of messages.id."""

    UUID4 = "uuid4"
    UUID7 = "uuid7"
    #: A number in id; the dataset's own uuid stands in client_id.
    BIGINT = "bigint"


def schema_of(table: str, kind: MessageIds) -> Any:
    """The columns that a table has with this kind of ids."""
    schema = SCHEMAS[table]
    if kind is not MessageIds.BIGINT or table not in _COLUMNS:
        return schema
    column = _COLUMNS[table][0]
    numbered = schema.set(schema.get_field_index(column), pa.field(column, pa.int64()))
    return numbered.append(pa.field("client_id", schema.field("id").type)) if table == "messages" else numbered


def reshaped(table: str, kind: MessageIds, dataset: Dataset) -> Reshape | None:
    """What to do with each record batch of a table, in the order of the files; None: nothing."""
    if kind is MessageIds.UUID4 or table not in _COLUMNS:
        return None
    if kind is MessageIds.UUID7:
        return lambda batch: _with_uuid7(batch, *_COLUMNS[table])
    return _numbered_messages() if table == "messages" else _numbered_conversations(dataset)


def _with_uuid7(batch: Any, column: str, time: str) -> Any:
    created_us = batch.column(time).cast(pa.int64()).to_numpy(zero_copy_only=False)
    place = batch.schema.get_field_index(column)
    return batch.set_column(
        place, batch.schema.field(place), uuid_column(uuids7(_words(batch.column(column)), created_us))
    )


def _numbered_messages() -> Reshape:
    schema, done = schema_of("messages", MessageIds.BIGINT), 0

    def number(batch: Any) -> Any:
        nonlocal done
        first, done = done + 1, done + batch.num_rows
        columns = [pa.array(np.arange(first, done + 1)), *batch.columns[1:], batch.column("id")]
        return pa.RecordBatch.from_arrays(columns, schema=schema)

    return number


def _numbered_conversations(dataset: Dataset) -> Reshape:
    schema, numbers, done = schema_of("conversations", MessageIds.BIGINT), last_numbers(dataset), 0

    def number(batch: Any) -> Any:
        nonlocal done
        first, done = done, done + batch.num_rows
        columns = list(batch.columns)
        columns[schema.get_field_index("last_message_id")] = pa.array(numbers[first:done])
        return pa.RecordBatch.from_arrays(columns, schema=schema)

    return number


def last_numbers(dataset: Dataset) -> NDArray[np.int64]:
    """The number of each conversation's newest message: the order of all messages worked out again."""
    if isinstance(dataset, Imported):
        return dataset.last_numbers()
    last = np.zeros(dataset.conversations, dtype=np.int64)
    for segment in segments(dataset):
        # of several with one index, numpy keeps the last
        last[segment.conversation] = np.arange(segment.start + 1, segment.start + len(segment) + 1)
    return last


def _words(column: Any) -> tuple[Words, Words]:
    """High and low halves of a column of 16 bytes each."""
    raw = np.frombuffer(column.buffers()[1], dtype=">u8").reshape(-1, 2)[column.offset : column.offset + len(column)]
    return raw[:, 0].astype(np.uint64), raw[:, 1].astype(np.uint64)


def uuids7(random: tuple[Words, Words], created_us: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Ids as (n, 16) bytes, from the halves of random uuids and microseconds since 1970."""
    high, low = random
    both = np.empty((len(high), 2), dtype=">u8")
    milliseconds = (created_us // _US_PER_MS).astype(np.uint64) << np.uint64(16)
    both[:, 0] = milliseconds | np.uint64(0x7000) | high >> np.uint64(52)
    upper = (high >> np.uint64(16) & np.uint64(_36)) << np.uint64(26)
    middle = (high & np.uint64(0xFFF)) << np.uint64(14)
    both[:, 1] = np.uint64(1 << 63) | upper | middle | (low & np.uint64(_62)) >> np.uint64(48)
    return both.view(np.uint8)


def uuid7(random: UUID, created_us: int) -> UUID:
    """One such id."""
    high, low = random.int >> 64, random.int & ((1 << 64) - 1)
    upper = (created_us // _US_PER_MS) << 16 | 0x7000 | high >> 52
    return UUID(int=upper << 64 | 1 << 63 | (high >> 16 & _36) << 26 | (high & 0xFFF) << 14 | (low & _62) >> 48)
