"""How large a dataset is, who is in it, and the ids of its rows: everything that needs no files."""

import difflib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from datasets import people
from datasets.errors import DatasetError
from datasets.ids import Kind, Ordinals, identifier, identifiers, words
from datasets.people import Integers

SIZES = {"tiny": 20_000, "small": 200_000, "medium": 1_000_000, "large": 10_000_000, "huge": 100_000_000}
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
STARTED_AT = datetime(2023, 1, 1, tzinfo=UTC)
#: with it the longest conversation of a million messages holds about 24,000
ZIPF_EXPONENT = 0.8


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    """A size and a seed: all rows follow from these."""

    name: str
    seed: int
    users: int
    conversations: int
    blocks: int
    messages: int
    started_at: datetime = STARTED_AT
    as_of: datetime = AS_OF

    def user_id(self, n: int) -> uuid.UUID:
        return identifier(self.seed, Kind.USER, n)

    def conversation_id(self, n: int) -> uuid.UUID:
        return identifier(self.seed, Kind.CONVERSATION, n)

    def message_id(self, n: int) -> uuid.UUID:
        return identifier(self.seed, Kind.MESSAGE, n)

    def block_id(self, n: int) -> uuid.UUID:
        return identifier(self.seed, Kind.BLOCK, n)

    def user_ids(self, ordinals: Ordinals) -> NDArray[np.uint8]:
        """(n, 16) bytes, like the other plural forms."""
        return identifiers(self.seed, Kind.USER, ordinals)

    def conversation_ids(self, ordinals: Ordinals) -> NDArray[np.uint8]:
        return identifiers(self.seed, Kind.CONVERSATION, ordinals)

    def message_ids(self, ordinals: Ordinals) -> NDArray[np.uint8]:
        return identifiers(self.seed, Kind.MESSAGE, ordinals)

    def block_ids(self, ordinals: Ordinals) -> NDArray[np.uint8]:
        return identifiers(self.seed, Kind.BLOCK, ordinals)

    def members(self, n: int) -> tuple[int, int]:
        """Ordinals of user1 and user2 of a conversation; user1's id is the smaller."""
        first, second = member_table(self)
        return int(first[n]), int(second[n])

    def members_of(self, ordinals: Ordinals) -> tuple[Integers, Integers]:
        first, second = member_table(self)
        return first[ordinals], second[ordinals]

    def conversations_of(self, user: int) -> Integers:
        """Ordinals of a user's conversations, longest first."""
        starts, conversations = _contact_table(self)
        return conversations[starts[user] : starts[user + 1]]

    def blocked_pairs(self, ordinals: Ordinals) -> tuple[Integers, Integers]:
        """Ordinals of blocker and blocked."""
        return people.block_pairing(self.seed, self.users, self.blocks).pairs(ordinals)

    def conversation_length(self, n: int) -> int:
        return int(lengths(self)[n])


def dataset(name: str, seed: int = 1) -> Dataset:
    """The dataset of a size's name; an unknown name is a DatasetError that lists the near ones."""
    if name not in SIZES:
        near = difflib.get_close_matches(name, SIZES, cutoff=0.4) or list(SIZES)
        raise DatasetError(f"there is no dataset {name!r}, so nothing was made; choose one of: {', '.join(near)}")
    count = SIZES[name]
    return Dataset(
        name=name, seed=seed, users=count // 50, conversations=count // 20, blocks=count // 100, messages=count
    )


@lru_cache(maxsize=4)
def member_table(dataset: Dataset) -> tuple[Integers, Integers]:
    """Ordinals of user1 and of user2 for every conversation."""
    pairing = people.conversation_pairing(dataset.seed, dataset.users, dataset.conversations)
    owner, partner = pairing.pairs(np.arange(dataset.conversations))
    high, low = words(dataset.seed, Kind.USER, np.arange(dataset.users))
    swap = (high[owner] > high[partner]) | ((high[owner] == high[partner]) & (low[owner] > low[partner]))
    return np.where(swap, partner, owner), np.where(swap, owner, partner)


@lru_cache(maxsize=4)
def _contact_table(dataset: Dataset) -> tuple[Integers, Integers]:
    both = np.concatenate(member_table(dataset))
    order = np.lexsort((np.arange(len(both)) % dataset.conversations, both))
    starts = np.zeros(dataset.users + 1, dtype=np.int64)
    np.cumsum(np.bincount(both, minlength=dataset.users), out=starts[1:])
    return starts, (order % dataset.conversations).astype(np.int64)


@lru_cache(maxsize=4)
def lengths(dataset: Dataset) -> Integers:
    """Messages of every conversation, a Zipf law by rank; the sum is exact and nobody's is empty."""
    weights = np.arange(1, dataset.conversations + 1) ** -ZIPF_EXPONENT
    spare = dataset.messages - dataset.conversations
    whole: Integers = 1 + np.floor(weights * (spare / weights.sum())).astype(np.int64)
    whole[: dataset.messages - int(whole.sum())] += 1
    return whole
