"""Who does what to whom: draws from a dataset's people, skewed as its traffic is, the same for every lane."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from asyncpg.pgproto.pgproto import UUID as FastUUID  # noqa: N811 - builds six times faster than uuid.UUID

from datasets.shape import Dataset
from scenarios.errors import OptionError

#: Draws are made in batches: a numpy call per draw would cost more than the operation it feeds.
_BATCH = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Chatter:
    """A member of a conversation and the other one."""

    conversation: UUID
    me: UUID
    other: UUID


class Population:
    """The draws of one virtual user; two with the same seed draw the same people in the same order."""

    def __init__(self, dataset: Dataset, seed: int) -> None:
        self._dataset = dataset
        self._rng = np.random.default_rng(seed)
        self._chatters = self._draw_chatters()
        self._strangers = self._draw_users()

    def chatter(self) -> Chatter:
        """A conversation, hot ones more often, and one of its two members as the acting one."""
        return next(self._chatters)

    def stranger(self) -> UUID:
        """Any user, each as likely as another."""
        return next(self._strangers)

    def _draw_chatters(self) -> Iterator[Chatter]:
        while True:
            ordinals = self._dataset.by_traffic(self._rng.random(_BATCH))
            firsts, seconds = self._dataset.members_of(ordinals)
            swap = self._rng.random(_BATCH) < 0.5  # noqa: PLR2004 - a fair coin
            mine, others = np.where(swap, seconds, firsts), np.where(swap, firsts, seconds)
            ids = _uuids(self._dataset.conversation_ids(ordinals))
            for conversation, me, other in zip(
                ids, _uuids(self._dataset.user_ids(mine)), _uuids(self._dataset.user_ids(others)), strict=True
            ):
                yield Chatter(conversation=conversation, me=me, other=other)

    def _draw_users(self) -> Iterator[UUID]:
        while True:
            yield from _uuids(self._dataset.user_ids(self._rng.integers(0, self._dataset.users, _BATCH)))


def _uuids(rows: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> list[UUID]:
    return [FastUUID(row) for row in np.ascontiguousarray(rows).view("V16").ravel().tolist()]


def distinct_pairs(dataset: Dataset, count: int) -> list[Chatter]:
    """`count` conversations in which no user occurs twice, long ones first: who is whose receiver stays plain.

    The acting member (`me`) sends, `other` receives. Raises OptionError when there are not so many.
    """
    taken: set[int] = set()
    pairs: list[Chatter] = []
    for ordinal in range(dataset.conversations):
        first, second = dataset.members(ordinal)
        if first in taken or second in taken:
            continue
        taken |= {first, second}
        pairs.append(
            Chatter(
                conversation=dataset.conversation_id(ordinal),
                me=dataset.user_id(first),
                other=dataset.user_id(second),
            )
        )
        if len(pairs) == count:
            return pairs
    raise OptionError(
        f"--receivers is {count}, and {dataset.name} has only {len(pairs)} conversations in which nobody occurs twice, "
        "so deliveries could not be told apart. Ask for fewer receivers, or take a larger dataset."
    )
