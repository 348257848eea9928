"""Message rows as Arrow batches: ids, members, texts, media and receipts added to a segment's order."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.columns import SCHEMAS, taken, time_column, uuid_column
from datasets.ids import Kind
from datasets.parameters import BUILT_IN, Shape
from datasets.phrases import MEDIA_KINDS, MEDIA_PER_KIND, PhraseBook, phrase_book
from datasets.quantiles import Quantiles
from datasets.segments import Segment
from datasets.shape import Dataset
from datasets.texts import texts
from datasets.timeline import micros

BATCH_ROWS = 50_000
_READ_AFTER_S = 240.0
_TYPES = pa.array(["text", *MEDIA_KINDS], pa.string())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Keys:
    """Ids as complex128: numpy gathers 16-byte numbers faster than rows of bytes."""

    conversations: NDArray[np.complex128]
    users: NDArray[np.complex128]
    #: ordinals of user1 and user2 in turn, for every conversation
    members: NDArray[np.int64]


@lru_cache(maxsize=2)
def _keys(dataset: Dataset) -> _Keys:
    every = np.arange(dataset.conversations)
    return _Keys(
        conversations=dataset.conversation_ids(every).reshape(-1).view(np.complex128),
        users=dataset.user_ids(np.arange(dataset.users)).reshape(-1).view(np.complex128),
        members=np.column_stack(dataset.members_of(every)).reshape(-1),
    )


def message_batches(dataset: Dataset, segment: Segment) -> Iterator[Any]:
    """The segment's rows as record batches of BATCH_ROWS."""
    book = phrase_book()
    for begin in range(0, len(segment), BATCH_ROWS):
        yield _batch(dataset, segment, begin, min(begin + BATCH_ROWS, len(segment)), book)


def _batch(dataset: Dataset, segment: Segment, begin: int, end: int, book: PhraseBook) -> Any:
    rng = np.random.Generator(np.random.SFC64((dataset.seed, Kind.MESSAGE, segment.number, begin)))
    keys = _keys(dataset)
    rows = end - begin
    conversation = segment.conversation[begin:end].astype(np.int64)
    sender = conversation * 2 + segment.from_second[begin:end]
    created, unread = segment.created_at[begin:end], segment.unread[begin:end]
    read_at = created + (rng.standard_exponential(rows, dtype=np.float32) * np.float32(_READ_AFTER_S * 1e6)).astype(
        np.int64
    )
    np.minimum(read_at, micros(dataset.as_of), out=read_at)
    return pa.RecordBatch.from_arrays(
        [
            uuid_column(dataset.message_ids(np.arange(segment.start + begin, segment.start + end))),
            uuid_column(keys.conversations[conversation]),
            uuid_column(keys.users[keys.members[sender]]),
            uuid_column(keys.users[keys.members[sender ^ 1]]),
            *_contents(rng, rows, book, dataset.shape),
            pa.array(~unread),
            time_column(read_at, missing=unread),
            time_column(created),
            time_column(np.where(unread, created, read_at)),
        ],
        schema=SCHEMAS["messages"],
    )


def _contents(rng: np.random.Generator, rows: int, book: PhraseBook, shape: Shape) -> tuple[Any, Any, Any]:
    """Type, content and media."""
    phrase = rng.integers(0, len(book.phrases), rows, dtype=np.int32)
    with_media = np.flatnonzero(rng.random(rows, dtype=np.float32) < shape.media_share)
    item = _items(rng, len(with_media), len(book.media), shape)
    kind = np.zeros(rows, dtype=np.int32)
    kind[with_media] = 1 + item // MEDIA_PER_KIND
    silent = np.zeros(rows, dtype=np.bool_)
    silent[with_media] = rng.random(len(with_media)) >= shape.captioned_share
    picks = np.zeros(rows, dtype=np.int32)
    picks[with_media] = item
    return (
        taken(_TYPES, kind),
        taken(book.phrases, phrase, missing=silent)
        if shape.text_bytes is None
        else _of_lengths(rng, shape.text_bytes, shape.bytes_per_character, silent),
        taken(book.media, picks, missing=kind == 0),
    )


def _items(rng: np.random.Generator, rows: int, pool: int, shape: Shape) -> NDArray[np.int32]:
    """Places in the pool of media, which holds as many of each kind."""
    item = rng.integers(0, pool, rows, dtype=np.int32)
    if shape.media_kinds == BUILT_IN.media_kinds:
        return item
    kinds = np.searchsorted(np.cumsum(shape.media_kinds) / sum(shape.media_kinds), rng.random(rows), side="right")
    return (np.minimum(kinds, len(MEDIA_KINDS) - 1) * MEDIA_PER_KIND + item % MEDIA_PER_KIND).astype(np.int32)


def _of_lengths(rng: np.random.Generator, lengths: Quantiles, width: float, silent: NDArray[np.bool_]) -> Any:
    octets = np.maximum(np.rint(lengths.at(rng.random(len(silent)))), 1).astype(np.int64)
    octets[silent] = 0
    made = texts(rng, np.maximum(np.floor(octets / width), -(-octets // 4)).astype(np.int64), octets)
    return pc.if_else(pa.array(silent), pa.scalar(None, pa.string()), made)
