"""Message rows as Arrow batches: ids, members, texts, media and receipts added to a segment's order."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets.columns import SCHEMAS, taken, time_column, uuid_column
from datasets.ids import Kind
from datasets.phrases import MEDIA_KINDS, MEDIA_PER_KIND, PhraseBook, phrase_book
from datasets.segments import Segment
from datasets.shape import Dataset
from datasets.timeline import micros

BATCH_ROWS = 50_000
_MEDIA_SHARE = 0.03
#: of the media messages
_CAPTION_SHARE = 0.6
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
            *_contents(rng, rows, book),
            pa.array(~unread),
            time_column(read_at, missing=unread),
            time_column(created),
            time_column(np.where(unread, created, read_at)),
        ],
        schema=SCHEMAS["messages"],
    )


def _contents(rng: np.random.Generator, rows: int, book: PhraseBook) -> tuple[Any, Any, Any]:
    """Type, content and media."""
    phrase = rng.integers(0, len(book.phrases), rows, dtype=np.int32)
    with_media = np.flatnonzero(rng.random(rows, dtype=np.float32) < _MEDIA_SHARE)
    item = rng.integers(0, len(book.media), len(with_media), dtype=np.int32)
    kind = np.zeros(rows, dtype=np.int32)
    kind[with_media] = 1 + item // MEDIA_PER_KIND
    silent = np.zeros(rows, dtype=np.bool_)
    silent[with_media] = rng.random(len(with_media)) >= _CAPTION_SHARE
    picks = np.zeros(rows, dtype=np.int32)
    picks[with_media] = item
    return (
        taken(_TYPES, kind),
        taken(book.phrases, phrase, missing=silent),
        taken(book.media, picks, missing=kind == 0),
    )
