"""Rows of messages: what was read, under the dataset's own ids, with what had to be made up."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.columns import SCHEMAS, taken, time_column, uuid_column
from datasets.ids import Kind
from datasets.imported import Imported
from datasets.importing.checking import MADE_UP
from datasets.importing.request import TextMode
from datasets.messages import BATCH_ROWS
from datasets.phrases import MEDIA_KINDS, MEDIA_PER_KIND, phrase_book
from datasets.segments import Segment
from datasets.shape import member_table
from datasets.texts import texts
from datasets.timeline import micros

_READ_AFTER_US = 240e6
_TYPES = pa.array(["text", *MEDIA_KINDS])


@dataclass(kw_only=True, slots=True)
class MadeUp:
    """What no file said, counted."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, count: int) -> None:
        if count:
            self.counts[what] = self.counts.get(what, 0) + count


def message_rows(dataset: Imported, segment: Segment, rows: Any, *, text: TextMode, made_up: MadeUp) -> Iterator[Any]:
    """Record batches of a segment, whose rows came from files in its order."""
    for begin in range(0, len(segment), BATCH_ROWS):
        end = min(begin + BATCH_ROWS, len(segment))
        rng = np.random.Generator(np.random.SFC64((dataset.seed, Kind.MESSAGE, segment.number, begin)))
        yield _batch(dataset, segment, rows, slice(begin, end), rng, text=text, made_up=made_up)


def _batch(
    dataset: Imported,
    segment: Segment,
    rows: Any,
    part: slice,
    rng: np.random.Generator,
    *,
    text: TextMode,
    made_up: MadeUp,
) -> Any:
    payload = rows.slice(part.start, part.stop - part.start)
    conversation, second = segment.conversation[part].astype(np.int64), segment.from_second[part]
    members = np.column_stack(member_table(dataset))
    sender, receiver = (members[conversation, side.astype(np.int64)] for side in (second, ~second))
    created, unread = segment.created_at[part], segment.unread[part]
    read_at = _read_at(payload, created, unread, micros(dataset.as_of), rng, made_up)
    return pa.RecordBatch.from_arrays(
        [
            uuid_column(dataset.message_ids(np.arange(segment.start + part.start, segment.start + part.stop))),
            uuid_column(np.ascontiguousarray(dataset.conversation_ids(conversation))),
            uuid_column(np.ascontiguousarray(dataset.user_ids(sender))),
            uuid_column(np.ascontiguousarray(dataset.user_ids(receiver))),
            taken(_TYPES, _ints(payload, "kind")),
            _contents(payload, rng, text),
            _media(payload, rng, made_up),
            pa.array(~unread),
            time_column(read_at, missing=unread),
            time_column(created),
            time_column(np.where(unread, created, read_at)),
        ],
        schema=SCHEMAS["messages"],
    )


def _ints(payload: Any, name: str) -> NDArray[np.int64]:
    found: NDArray[np.int64] = payload.column(name).to_numpy().astype(np.int64)
    return found


def _joined(column: Any) -> Any:
    return pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) else column


def _read_at(
    payload: Any,
    created: NDArray[np.int64],
    unread: NDArray[np.bool_],
    latest: int,
    rng: np.random.Generator,
    made_up: MadeUp,
) -> NDArray[np.int64]:
    told = _ints(payload, "read_at")
    made_up.add("read_at", int(((told == 0) & ~unread).sum()))
    later = created + (rng.standard_exponential(len(created)) * _READ_AFTER_US).astype(np.int64)
    return np.where(told > 0, told, np.minimum(later, latest))


def _contents(payload: Any, rng: np.random.Generator, text: TextMode) -> Any:
    if text is TextMode.KEEP:
        return _joined(payload.column("text"))
    octets = _ints(payload, "octets")
    made = texts(rng, _ints(payload, "characters"), octets)
    return pc.if_else(pa.array(octets > 0), made, pa.scalar(None, pa.string()))


def _media(payload: Any, rng: np.random.Generator, made_up: MadeUp) -> Any:
    told, kind = _joined(payload.column("media")), _ints(payload, "kind")
    missing = pc.equal(told, MADE_UP).fill_null(False)
    wanted = missing.to_numpy(zero_copy_only=False)
    made_up.add("media", int(wanted.sum()))
    item = np.maximum(kind - 1, 0) * MEDIA_PER_KIND + rng.integers(0, MEDIA_PER_KIND, len(kind))
    return pc.if_else(missing, taken(phrase_book().media, item, missing=~wanted), told)
