"""Who talks to whom and who blocks whom: distinct pairs in closed form, with a heavy tail of contacts.

Theory of operation. A pair's ordinal is shuffled to a slot by an affine permutation. Slots belong to owners by a square
law, so low-numbered owners have many. The k-th slot of an owner leads to the partner `low + (P·k + q) mod M` steps
ahead on the circle of users. M is prime, so an owner never repeats a distance; no distance exceeds half the
circle, so no pair is met from both ends. Conversations and blocks use disjoint ranges of distances: nobody in the
dataset has blocked a member of their own conversations.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from datasets.ids import Kind, Ordinals, draw, draws

Integers = NDArray[np.int64]


def _prime_at_most(limit: int) -> int:
    for candidate in range(limit, 1, -1):
        if all(candidate % divisor for divisor in range(2, math.isqrt(candidate) + 1)):
            return candidate
    return 1


def _coprime_from(start: int, modulus: int) -> int:
    while math.gcd(start, modulus) != 1:
        start += 1
    return start


@dataclass(frozen=True, kw_only=True, slots=True)
class Pairing:
    """Distinct pairs (owner, partner) of users, by ordinal."""

    seed: int
    users: int
    #: how many pairs there are
    slots: int
    #: multiplier and shift of the permutation from ordinal to slot
    stride: int
    shift: int
    #: distances run from low + 1 to low + modulus
    low: int
    modulus: int

    @classmethod
    def of(cls, *, seed: int, users: int, slots: int, salt: int, low: int, high: int) -> Self:
        """Pairs whose distances lie above `low` and not above `high`; there may be none."""
        stride = _coprime_from(1 + draw(seed, Kind.PAIRING, salt) % max(1, slots - 1), slots)
        shift = draw(seed, Kind.PAIRING, salt + 1) % max(1, slots)
        modulus = _prime_at_most(high - low)
        return cls(seed=seed, users=users, slots=slots, stride=stride, shift=shift, low=low, modulus=modulus)

    def _owner(self, slot: Integers) -> Integers:
        return np.floor(self.users * ((slot + 0.5) / self.slots) ** 2).astype(np.int64)

    def _first_slot(self, owner: Integers) -> Integers:
        first = np.ceil(self.slots * np.sqrt(owner / self.users) - 0.5).astype(np.int64)
        first = np.where((first > 0) & (self._owner(first - 1) == owner), first - 1, first)  # rounding, either way
        return np.where(self._owner(first) < owner, first + 1, first)

    def pairs(self, ordinals: Ordinals) -> tuple[Integers, Integers]:
        slot = (self.stride * ordinals.astype(np.int64) + self.shift) % self.slots
        owner = self._owner(slot)
        turn = slot - self._first_slot(owner)
        start = (draws(self.seed, Kind.OFFSET, owner) % np.uint64(self.modulus)).astype(np.int64)
        step = max(1, int(self.modulus * 0.618))  # the golden section spreads neighbours; any step below a prime does
        distance = self.low + 1 + (step * turn + start) % self.modulus
        return owner, (owner + distance) % self.users


def contacts_room(users: int) -> int:
    """Distances on the circle of users that conversations have to themselves."""
    return (users - 1) // 2 * 3 // 4


def blocks_room(users: int) -> int:
    return (users - 1) // 2 - contacts_room(users)


@lru_cache(maxsize=16)
def conversation_pairing(seed: int, users: int, conversations: int) -> Pairing:
    return Pairing.of(seed=seed, users=users, slots=conversations, salt=0, low=0, high=contacts_room(users))


@lru_cache(maxsize=16)
def block_pairing(seed: int, users: int, blocks: int) -> Pairing:
    low = contacts_room(users)
    return Pairing.of(seed=seed, users=users, slots=blocks, salt=2, low=low, high=low + blocks_room(users))
