"""How large a dataset is, who is in it, and the ids of its rows: everything that needs no files."""

import difflib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from datasets import people
from datasets.errors import DatasetError
from datasets.ids import Kind, Ordinals, identifier, identifiers, words
from datasets.parameters import BUILT_IN, Shape
from datasets.people import Integers
from datasets.quantiles import Quantiles

SIZES = {"tiny": 20_000, "small": 200_000, "medium": 1_000_000, "large": 10_000_000, "huge": 100_000_000}
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
STARTED_AT = datetime(2023, 1, 1, tzinfo=UTC)
#: with it the longest conversation of a million messages holds about 24,000
ZIPF_EXPONENT = 0.8
#: lengths fall as rank^-0.8, so traffic in proportion to length falls on rank C·u^(1/(1-0.8))
_SKEW = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    """A size, a seed and a shape: all rows follow from these. One of imported rows looks its ids up instead."""

    name: str
    seed: int
    users: int
    conversations: int
    blocks: int
    messages: int
    started_at: datetime = STARTED_AT
    as_of: datetime = AS_OF
    shape: Shape = BUILT_IN
    #: the folder of its files, where the name alone does not tell another process what it is
    folder: str | None = field(default=None, compare=False)

    @property
    def reference(self) -> str:
        """What another process is told as --dataset."""
        return self.folder or self.name

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

    def by_traffic(self, shares: NDArray[np.float64]) -> Integers:
        """Ordinals of conversations, drawn in proportion to their messages by numbers from 0 to 1."""
        if self.shape.conversation_lengths is None:
            return np.minimum((self.conversations * shares**_SKEW).astype(np.int64), self.conversations - 1)
        return in_proportion(self, shares)

    def _pairs(self) -> tuple[Integers, Integers]:
        """Ordinals of user1 and user2 of every conversation."""
        pairing = people.conversation_pairing(self.seed, self.users, self.conversations)
        owner, partner = pairing.pairs(np.arange(self.conversations))
        high, low = words(self.seed, Kind.USER, np.arange(self.users))
        swap = (high[owner] > high[partner]) | ((high[owner] == high[partner]) & (low[owner] > low[partner]))
        return np.where(swap, partner, owner), np.where(swap, owner, partner)

    def _lengths(self) -> Integers:
        spare = self.messages - self.conversations
        if self.shape.conversation_lengths is not None:
            return 1 + _by_quantiles(self.shape.conversation_lengths, self.conversations, spare)
        weights = np.arange(1, self.conversations + 1) ** -ZIPF_EXPONENT
        whole: Integers = 1 + np.floor(weights * (spare / weights.sum())).astype(np.int64)
        whole[: self.messages - int(whole.sum())] += 1
        return whole


def dataset(name: str, seed: int = 1) -> Dataset:
    """The dataset of a size's name; an unknown name is a DatasetError that lists the near ones."""
    if name not in SIZES:
        near = difflib.get_close_matches(name, SIZES, cutoff=0.4) or list(SIZES)
        raise DatasetError(f"there is no dataset {name!r}, so nothing was made; choose one of: {', '.join(near)}")
    count = SIZES[name]
    return Dataset(
        name=name, seed=seed, users=count // 50, conversations=count // 20, blocks=count // 100, messages=count
    )


def shaped(shape: Shape, *, name: str, messages: int, seed: int = 1) -> Dataset:
    """A dataset of a measured shape; a DatasetError where so many people cannot have so many conversations."""
    users = max(2, round(messages * shape.users_per_message))
    conversations = min(messages, max(1, round(messages * shape.conversations_per_message)))
    blocks = round(messages * shape.blocks_per_message)
    _check_room(name, users, conversations, blocks)
    return Dataset(
        name=name,
        seed=seed,
        users=users,
        conversations=conversations,
        blocks=blocks,
        messages=messages,
        started_at=AS_OF - timedelta(days=round(shape.years * 365.25)),
        shape=shape,
    )


def _check_room(name: str, users: int, conversations: int, blocks: int) -> None:
    """The best connected user's partners must differ: see people."""
    for what, pairs, room in (
        ("conversations", conversations, people.contacts_room(users)),
        ("blocks", blocks, people.blocks_room(users)),
    ):
        if pairs / users**0.5 + 1 > room:
            raise DatasetError(
                f"dataset {name!r} would have {pairs:,} {what} among {users:,} users, more than this law of contacts "
                "can tell apart, so nothing was made; ask for more messages, or raise users_per_message in the shape"
            )


@lru_cache(maxsize=4)
def member_table(dataset: Dataset) -> tuple[Integers, Integers]:
    """Ordinals of user1 and of user2 for every conversation."""
    return dataset._pairs()  # noqa: SLF001 - kept here, worked out there


@lru_cache(maxsize=4)
def _contact_table(dataset: Dataset) -> tuple[Integers, Integers]:
    both = np.concatenate(member_table(dataset))
    order = np.lexsort((np.arange(len(both)) % dataset.conversations, both))
    starts = np.zeros(dataset.users + 1, dtype=np.int64)
    np.cumsum(np.bincount(both, minlength=dataset.users), out=starts[1:])
    return starts, (order % dataset.conversations).astype(np.int64)


@lru_cache(maxsize=4)
def lengths(dataset: Dataset) -> Integers:
    """Messages of every conversation, longest first; the sum is exact and nobody's is empty."""
    return dataset._lengths()  # noqa: SLF001


@lru_cache(maxsize=4)
def _lengths_upto(dataset: Dataset) -> Integers:
    return np.cumsum(lengths(dataset), dtype=np.int64)


def in_proportion(dataset: Dataset, shares: NDArray[np.float64]) -> Integers:
    """Conversations drawn in proportion to their messages, whatever law these follow."""
    upto = _lengths_upto(dataset)
    places: Integers = np.searchsorted(upto, (shares * upto[-1]).astype(np.int64), side="right").astype(np.int64)
    return places


def _by_quantiles(table: Quantiles, count: int, spare: int) -> Integers:
    """Messages above the first of each conversation, longest first; rounding carries over, so their sum is exact."""
    weights = np.maximum(table.at(1.0 - (np.arange(count) + 0.5) / count) - 1.0, 1e-9)
    upto = np.rint(np.cumsum(weights) * (spare / weights.sum())).astype(np.int64)
    found: Integers = np.sort(np.diff(upto, prepend=0))[::-1]
    return found
