"""What conversations must know of their messages: counters, first and last, gathered segment by segment."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from datasets.people import Integers
from datasets.segments import Segment
from datasets.shape import Dataset
from datasets.timeline import Micros


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """Arrays by conversation ordinal, filled by `add` in the order of the segments."""

    #: unread messages whose receiver is user1, user2
    unread: NDArray[np.int64]
    first_at: Micros
    last_at: Micros
    #: ordinal of the newest message by (created_at, id)
    last: Integers

    @classmethod
    def empty(cls, dataset: Dataset) -> Self:
        count = dataset.conversations
        return cls(
            unread=np.zeros((count, 2), dtype=np.int64),
            first_at=np.zeros(count, dtype=np.int64),
            last_at=np.zeros(count, dtype=np.int64),
            last=np.zeros(count, dtype=np.int64),
        )

    def add(self, dataset: Dataset, segment: Segment) -> None:
        conversation = segment.conversation
        receiver = (~segment.from_second[segment.unread]).astype(np.int64)
        seen = conversation[segment.unread].astype(np.int64) * 2 + receiver
        self.unread.reshape(-1)[:] += np.bincount(seen, minlength=self.unread.size)
        new = np.full(len(self.last), -1, dtype=np.int64)
        new[conversation[::-1]] = np.arange(len(segment) - 1, -1, -1)
        fresh = (new >= 0) & (self.first_at == 0)
        self.first_at[fresh] = segment.created_at[new[fresh]]
        new[conversation] = np.arange(len(segment))
        touched = np.flatnonzero(new >= 0)
        newest = self._by_id_on_ties(dataset, segment, new[touched])
        self.last[touched] = newest + segment.start
        self.last_at[touched] = segment.created_at[newest]

    @staticmethod
    def _by_id_on_ties(dataset: Dataset, segment: Segment, newest: Integers) -> Integers:
        earlier = np.maximum(newest - 1, 0)
        tie = (newest > 0) & (segment.conversation[newest] == segment.conversation[earlier])
        tie &= segment.created_at[newest] == segment.created_at[earlier]
        ids = dataset.message_ids(newest + segment.start).view(">u8").reshape(-1, 2)
        other = dataset.message_ids(earlier + segment.start).view(">u8").reshape(-1, 2)
        greater = (other[:, 0] > ids[:, 0]) | ((other[:, 0] == ids[:, 0]) & (other[:, 1] > ids[:, 1]))
        return np.where(tie & greater, earlier, newest)
