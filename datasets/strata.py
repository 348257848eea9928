"""Which rows differ in cost: the hot, the cold, the deep and the well connected."""

import numpy as np

from datasets.manifest import DeepCursor, Strata
from datasets.segments import Segment
from datasets.shape import Dataset, member_table
from datasets.timeline import moment

_EACH = 32
_CURSORS_PER_SEGMENT = 16


def deep_cursors(dataset: Dataset, segment: Segment) -> list[DeepCursor]:
    """A few old messages of long conversations in this segment."""
    hot = np.flatnonzero(segment.conversation < _EACH)
    if not len(hot):
        return []
    picks = hot[np.linspace(0, len(hot) - 1, min(_CURSORS_PER_SEGMENT, len(hot))).astype(np.int64)]
    return [
        DeepCursor(
            conversation=int(segment.conversation[row]),
            created_at=moment(int(segment.created_at[row])),
            message_id=dataset.message_id(segment.start + int(row)),
        )
        for row in picks
    ]


def strata(dataset: Dataset, cursors: list[DeepCursor]) -> Strata:
    degree = np.bincount(np.concatenate(member_table(dataset)), minlength=dataset.users)
    by_degree = np.argsort(degree, kind="stable")
    by_degree = by_degree[degree[by_degree] > 0]
    return Strata(
        largest=0,
        hot=tuple(range(min(_EACH, dataset.conversations))),
        cold=tuple(range(max(dataset.conversations - _EACH, 0), dataset.conversations)),
        deep_cursors=tuple(cursors),
        users_with_many_conversations=tuple(int(user) for user in by_degree[-_EACH:][::-1]),
        users_with_few_conversations=tuple(int(user) for user in by_degree[:_EACH]),
    )
