"""Rows of users, conversations and blocks as Arrow tables, consistent with the messages."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.columns import SCHEMAS, taken, time_column, uuid_column
from datasets.ids import Kind
from datasets.phrases import phrase_book
from datasets.shape import Dataset, member_table
from datasets.timeline import Micros, micros
from datasets.totals import Totals

_HOUR_US = 3_600_000_000


def _pauses(dataset: Dataset, kind: Kind, rows: int, mean_hours: float) -> Micros:
    rng = np.random.default_rng((dataset.seed, kind, 7))
    return 1 + (rng.standard_exponential(rows) * (mean_hours * _HOUR_US)).astype(np.int64)


def conversation_created_at(dataset: Dataset, totals: Totals) -> Micros:
    """A little before its first message."""
    return totals.first_at - _pauses(dataset, Kind.CONVERSATION, dataset.conversations, 0.2)


def conversations_table(dataset: Dataset, totals: Totals) -> Any:
    first, second = member_table(dataset)
    return pa.Table.from_arrays(
        [
            uuid_column(dataset.conversation_ids(np.arange(dataset.conversations))),
            uuid_column(dataset.user_ids(first)),
            uuid_column(dataset.user_ids(second)),
            uuid_column(dataset.message_ids(totals.last)),
            time_column(totals.last_at),
            pa.array(totals.unread[:, 0].astype(np.int32)),
            pa.array(totals.unread[:, 1].astype(np.int32)),
            time_column(conversation_created_at(dataset, totals)),
            time_column(totals.last_at),
        ],
        schema=SCHEMAS["conversations"],
    )


def user_created_at(dataset: Dataset, totals: Totals) -> Micros:
    """Before their first conversation; somewhere in the middle for those who have none."""
    earliest = np.full(dataset.users, (micros(dataset.started_at) + micros(dataset.as_of)) // 2)
    opened = conversation_created_at(dataset, totals)
    for members in member_table(dataset):
        np.minimum.at(earliest, members, opened)
    return earliest - _pauses(dataset, Kind.USER, dataset.users, 72.0)


def users_table(dataset: Dataset, totals: Totals) -> Any:
    ordinals = np.arange(dataset.users)
    rng = np.random.default_rng((dataset.seed, Kind.USER))
    book = phrase_book()
    name = rng.integers(0, len(book.names), dataset.users)
    created = user_created_at(dataset, totals)
    number = pa.array(ordinals).cast(pa.string())
    return pa.Table.from_arrays(
        [
            uuid_column(dataset.user_ids(ordinals)),
            pc.binary_join_element_wise(taken(book.handles, name), number, "_"),
            taken(book.names, name),
            _avatars(number, rng.random(dataset.users) < 0.2),  # noqa: PLR2004 - a fifth show no picture
            time_column(created),
            time_column(created),
        ],
        schema=SCHEMAS["users"],
    )


def _avatars(number: Any, missing: NDArray[np.bool_]) -> Any:
    urls = pc.binary_join_element_wise("https://avatars.example.com/", number, ".jpg", "")
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), urls)


def blocks_table(dataset: Dataset, totals: Totals) -> Any:
    """A block comes some time after both users have joined."""
    ordinals = np.arange(dataset.blocks)
    blocker, blocked = dataset.blocked_pairs(ordinals)
    joined = user_created_at(dataset, totals)
    both = np.maximum(joined[blocker], joined[blocked])
    rng = np.random.default_rng((dataset.seed, Kind.BLOCK))
    left = micros(dataset.as_of) - both
    return pa.Table.from_arrays(
        [
            uuid_column(dataset.block_ids(ordinals)),
            uuid_column(dataset.user_ids(blocker)),
            uuid_column(dataset.user_ids(blocked)),
            time_column(both + (rng.random(dataset.blocks) * left).astype(np.int64)),
        ],
        schema=SCHEMAS["blocks"],
    )
