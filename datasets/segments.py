"""The order of all messages in time, worked out as arrays, one stretch of a few million at a time.

Theory of operation. Every conversation lives in a window of the global order (the long ones in all of it). Its length
is cut at segment borders by floor(length · share + phase): whole numbers whose sum is exact, with no state between
segments. Within a segment a conversation's messages fall into bursts; each burst gets a place, its messages follow at
short steps, and one sort of packed integers (place above, index below) yields the global order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from datasets.ids import Kind
from datasets.people import Integers
from datasets.shape import Dataset, lengths
from datasets.timeline import Micros, micros, moments

Flags = NDArray[np.bool_]
Shares = NDArray[np.float64]

SEGMENT_ROWS = 2_000_000
_INDEX_BITS = 23
_PLACE_SCALE = float(1 << 39)
#: a burst ends after each message with this probability, so it holds four on average
_BURST_END = 0.25
#: probability that the sender changes from one message of a conversation to the next
_TURN = 0.4
#: share of messages that take the very created_at of their predecessor; each tie involves two
_TIE = 0.012
#: median pause between the messages of a burst
_PAUSE_S = 25.0


#: after so many most numbers that can find room have found it
_EXCHANGES = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """Consecutive messages in time order."""

    number: int
    #: ordinal of the first message
    start: int
    conversation: NDArray[np.int32]
    #: True where user2 sends
    from_second: Flags
    created_at: Micros
    unread: Flags

    def __len__(self) -> int:
        return len(self.conversation)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lives:
    """The window of each conversation in the global order, 0 to 1, and the phase of its cuts."""

    begin: Shares
    width: Shares
    phase: Shares

    def before(self, share: float, length: Integers) -> Integers:
        """How many messages of each conversation precede this share of the order."""
        lived = np.clip((share - self.begin) / self.width, 0.0, 1.0)
        return np.floor(length * lived + self.phase).astype(np.int64)


@lru_cache(maxsize=4)
def _lives(dataset: Dataset) -> _Lives:
    rng = np.random.default_rng((dataset.seed, Kind.PHASE))
    count = dataset.conversations
    width = 0.03 + 0.97 * rng.random(count)
    width[: max(1, count // 100)] = 1.0
    return _Lives(begin=(1.0 - width) * rng.random(count), width=width, phase=rng.random(count) * 0.999)


@lru_cache(maxsize=4)
def unread_tails(dataset: Dataset) -> NDArray[np.int64]:
    """(conversations, 2): how far back from the newest message user1 (and user2) has not read.

    Of a measured shape it is how many of the messages that they received.
    """
    rng = np.random.default_rng((dataset.seed, Kind.PHASE, 1))
    shape = (dataset.conversations, 2)
    dice = rng.random(shape)
    tails = np.zeros(shape, dtype=np.int64)
    counts = dataset.shape.unread_counts
    if counts is not None:
        behind = dice < (dataset.shape.unread_share or 0.0)
        drawn = np.rint(counts.at(rng.random(int(behind.sum())))).astype(np.int64)
        tails[behind] = _made_to_fit(rng, drawn, np.repeat(lengths(dataset) // 2, 2).reshape(shape)[behind])
        return tails
    for below, mean in ((0.16, 4.0), (0.02, 40.0), (0.003, 300.0)):  # rarer tails are longer and overwrite
        chosen = dice < below
        tails[chosen] = rng.geometric(1 / mean, size=int(chosen.sum()))
    return tails


def _made_to_fit(rng: np.random.Generator, drawn: Integers, room: Integers) -> Integers:
    """The same numbers, exchanged so that few exceed the messages that their conversation has room for."""
    half = len(drawn) // 2
    for _ in range(_EXCHANGES):
        order = rng.permutation(len(drawn))
        one, two = order[:half], order[half : 2 * half]
        excess = np.maximum(drawn[one] - room[one], 0) + np.maximum(drawn[two] - room[two], 0)
        swapped = np.maximum(drawn[two] - room[one], 0) + np.maximum(drawn[one] - room[two], 0)
        better = swapped < excess
        drawn[one[better]], drawn[two[better]] = drawn[two[better]], drawn[one[better]]
    return drawn


def segments(dataset: Dataset) -> Iterator[Segment]:
    """All messages in time order."""
    count = -(-dataset.messages // SEGMENT_ROWS)
    lives, length = _lives(dataset), lengths(dataset)
    before, start = lives.before(0.0, length), 0
    for number in range(count):
        until = lives.before((number + 1) / count, length) if number + 1 < count else length
        segment = _segment(
            dataset, number, (number / count, (number + 1) / count), before=before, until=until, start=start
        )
        yield segment
        before, start = until, start + len(segment)


def _segment(
    dataset: Dataset, number: int, span: tuple[float, float], *, before: Integers, until: Integers, start: int
) -> Segment:
    rng = np.random.Generator(np.random.SFC64((dataset.seed, Kind.MESSAGE, number)))
    held = until - before
    rows = int(held.sum())
    assert rows < 1 << _INDEX_BITS, "the packed sort has room for this many rows"
    conversation = np.repeat(np.arange(dataset.conversations, dtype=np.int32), held)
    first = np.cumsum(held) - held
    place, tied = _places(dataset, rng, conversation, first[held > 0], span)
    second = _senders(rng, rows)
    order = _order(place, span)
    conversation, second, tied = conversation[order], second[order], tied[order]
    created = _created(dataset, rng, start, conversation, tied)
    unread = np.zeros(rows, dtype=np.bool_)
    _mark_unread(dataset, unread, conversation, second, until)
    return Segment(
        number=number, start=start, conversation=conversation, from_second=second, created_at=created, unread=unread
    )


def _places(
    dataset: Dataset,
    rng: np.random.Generator,
    conversation: NDArray[np.int32],
    firsts: Integers,
    span: tuple[float, float],
) -> tuple[Shares, Flags]:
    """A place in the global order for every message, and which ones tie with their predecessor."""
    rows = len(conversation)
    dice = rng.random(rows, dtype=np.float32)
    begins = dice < _BURST_END
    begins[firsts] = True
    tied = dice > 1.0 - _TIE
    tied[firsts] = False
    tied[1:] &= ~tied[:-1]
    bursts = np.flatnonzero(begins)
    owners = conversation[bursts]
    lives = _lives(dataset)
    low = np.maximum(lives.begin[owners], span[0])
    high = np.minimum(lives.begin[owners] + lives.width[owners], span[1])
    burst_place = low + (high - low) * rng.random(len(bursts))
    pause = _PAUSE_S / (dataset.as_of - dataset.started_at).total_seconds()
    step = rng.standard_exponential(rows, dtype=np.float32) * np.float32(pause)
    step[begins | tied] = 0.0
    along = np.cumsum(step, dtype=np.float64)
    sizes = np.diff(np.append(bursts, rows))
    return np.repeat(burst_place - along[bursts], sizes) + along, tied


def _senders(rng: np.random.Generator, rows: int) -> Flags:
    turns = rng.random(rows, dtype=np.float32) < _TURN
    return np.logical_xor.accumulate(turns)


def _order(place: Shares, span: tuple[float, float]) -> Integers:
    relative = (place - span[0]) * (_PLACE_SCALE / (span[1] - span[0]))
    packed = relative.astype(np.int64)
    np.clip(packed, 0, (1 << (63 - _INDEX_BITS)) - 1, out=packed)
    packed <<= _INDEX_BITS
    packed |= np.arange(len(place))
    packed.sort()
    packed &= (1 << _INDEX_BITS) - 1
    return packed


def _created(
    dataset: Dataset, rng: np.random.Generator, start: int, conversation: NDArray[np.int32], tied: Flags
) -> Micros:
    share = rng.random(len(conversation))
    share += np.arange(start, start + len(conversation))
    share /= dataset.messages
    created = moments(share, started_at=dataset.started_at, as_of=dataset.as_of, load=dataset.shape.load)
    np.clip(created, None, micros(dataset.as_of) - 1, out=created)
    later = np.flatnonzero(tied)
    later = later[later > 0]
    later = later[conversation[later] == conversation[later - 1]]  # a crowded place may have parted the two
    created[later] = created[later - 1]
    return created


def _mark_unread(
    dataset: Dataset, unread: Flags, conversation: NDArray[np.int32], second: Flags, until: Integers
) -> None:
    """Unread are the messages within their receiver's tail, counted back from the conversation's newest."""
    tails, received_alone = unread_tails(dataset), dataset.shape.unread_counts is not None
    # of those that come in later segments about half are received
    later = (lengths(dataset) - until) // (2 if received_alone else 1)
    rows = np.flatnonzero((later < tails.max(axis=1))[conversation])
    receiver = np.where(second[rows], 0, 1)
    groups = conversation[rows].astype(np.int64) * 2 + (receiver if received_alone else 0)
    order = np.argsort(groups, kind="stable")
    rows, receiver, groups = rows[order], receiver[order], groups[order]
    if not len(rows):
        return
    begins = np.flatnonzero(np.diff(groups, prepend=-1))
    sizes = np.diff(np.append(begins, len(rows)))
    behind_in_segment = np.repeat(begins + sizes, sizes) - 1 - np.arange(len(rows))
    owners = groups // 2
    unread[rows] = behind_in_segment + later[owners] < tails[owners, receiver]
