"""Identifiers that are a function of seed, kind and ordinal: no client needs a table of keys.

Two outputs of splitmix64 (Steele, Lea, Flood 2014: "Fast splittable pseudorandom number generators") fill the 128
bits; six of them then carry UUID version 4 and the RFC 9562 variant.
"""

import uuid
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Ordinals = NDArray[np.integer]

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = 0xFFFFFFFFFFFFFFFF
_VERSION_CLEAR, _VERSION_4 = 0xFFFFFFFFFFFF0FFF, 0x4000
_VARIANT_CLEAR, _VARIANT_RFC = 0x3FFFFFFFFFFFFFFF, 0x8000000000000000


class Kind(IntEnum):
    """The row kinds whose ids must never meet, and the kinds of other seeded draws."""

    USER = 1
    CONVERSATION = 2
    MESSAGE = 3
    BLOCK = 4
    PAIRING = 5
    OFFSET = 6
    PHASE = 7


def _mix(z: int) -> int:
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def _mix_words(z: Words) -> Words:
    """The same mix in place over an array that the caller owns."""
    shifted = z >> np.uint64(30)
    z ^= shifted
    z *= np.uint64(0xBF58476D1CE4E5B9)
    np.right_shift(z, np.uint64(27), out=shifted)
    z ^= shifted
    z *= np.uint64(0x94D049BB133111EB)
    np.right_shift(z, np.uint64(31), out=shifted)
    z ^= shifted
    return z


@lru_cache(maxsize=256)
def stream(seed: int, kind: Kind) -> int:
    """The start of one kind's sequence: far apart for neighbouring seeds and kinds."""
    return _mix((_mix((seed & _MASK) ^ _GOLDEN) + int(kind) * _GOLDEN) & _MASK)


def draw(seed: int, kind: Kind, ordinal: int) -> int:
    """One seeded 64-bit number."""
    return _mix((stream(seed, kind) + ordinal * _GOLDEN) & _MASK)


def draws(seed: int, kind: Kind, ordinals: Ordinals) -> Words:
    """The same numbers for an array of ordinals."""
    z = ordinals.astype(np.uint64)
    z *= np.uint64(_GOLDEN)
    z += np.uint64(stream(seed, kind))
    return _mix_words(z)


def identifier(seed: int, kind: Kind, ordinal: int) -> uuid.UUID:
    high = draw(seed, kind, 2 * ordinal) & _VERSION_CLEAR | _VERSION_4
    low = draw(seed, kind, 2 * ordinal + 1) & _VARIANT_CLEAR | _VARIANT_RFC
    return uuid.UUID(int=high << 64 | low)


def words(seed: int, kind: Kind, ordinals: Ordinals) -> tuple[Words, Words]:
    """High and low halves as numbers: PostgreSQL orders uuids as these numbers order."""
    z = ordinals.astype(np.uint64)
    z *= np.uint64((2 * _GOLDEN) & _MASK)
    z += np.uint64(stream(seed, kind))
    low = _mix_words(z + np.uint64(_GOLDEN))
    high = _mix_words(z)
    high &= np.uint64(_VERSION_CLEAR)
    high |= np.uint64(_VERSION_4)
    low &= np.uint64(_VARIANT_CLEAR)
    low |= np.uint64(_VARIANT_RFC)
    return high, low


def identifiers(seed: int, kind: Kind, ordinals: Ordinals) -> NDArray[np.uint8]:
    """Ids as (n, 16) bytes in network order."""
    high, low = words(seed, kind, ordinals)
    both = np.empty((len(high), 2), dtype=">u8")
    both[:, 0] = high
    both[:, 1] = low
    return both.view(np.uint8)
