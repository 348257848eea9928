"""Texts of exactly the wanted lengths, in characters and in UTF-8 bytes, cut from the phrase book's words.

A text of c characters and b bytes has b - c bytes more than ASCII would take. With k the least width such that
k·c >= b, they are had by characters of k bytes, at most one of less, and ASCII in front. Each part is a slice of a long
text of characters of one width, so a batch is made with a few array operations.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets.phrases import phrase_book

_WIDEST = 4
#: characters of each width to cut from
_CORPUS = 1 << 18
_BATCH_BYTES = 1 << 22
Counts = NDArray[np.int64]


@lru_cache(maxsize=1)
def _corpora() -> tuple[NDArray[np.uint8], ...]:
    """For each width 1 to 4: the bytes of a text of characters that wide."""
    letters = "".join(phrase_book().phrases.to_pylist())
    by_width = [[c for c in letters if len(c.encode()) == width] for width in range(1, _WIDEST + 1)]
    return tuple(_tiled("".join(pool).encode(), _CORPUS * width) for width, pool in enumerate(by_width, start=1))


def _tiled(text: bytes, size: int) -> NDArray[np.uint8]:
    raw = np.frombuffer(text, dtype=np.uint8)
    return np.tile(raw, -(-size // len(raw)))[:size]


def texts(rng: np.random.Generator, characters: Counts, octets: Counts) -> Any:
    """An Arrow array of strings; octets lie between characters and four times as many."""
    sums = np.cumsum(octets)
    cuts = np.searchsorted(sums, np.arange(_BATCH_BYTES, sums[-1] if len(sums) else 0, _BATCH_BYTES))
    edges = np.unique(np.concatenate([[0], cuts, [len(octets)]]))
    parts = [
        _texts(rng, characters[a:b], octets[a:b]) for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    ]
    return pa.concat_arrays(parts) if parts else pa.array([], pa.string())


def _texts(rng: np.random.Generator, characters: Counts, octets: Counts) -> Any:
    extra = octets - characters
    width = np.maximum(-(-octets // np.maximum(characters, 1)), 1)
    wide = np.where(width > 1, extra // np.maximum(width - 1, 1), 0)
    rest = extra - wide * (width - 1)
    plain = characters - wide - (rest > 0)
    # the parts of every text in turn: ASCII, wide characters, at most one narrower
    counts = np.column_stack([plain, wide, rest > 0]).reshape(-1).astype(np.int64)
    widths = np.column_stack([np.ones_like(width), width, rest + 1]).reshape(-1)
    return _sliced(rng, counts, widths, octets)


def _sliced(rng: np.random.Generator, counts: Counts, widths: Counts, octets: Counts) -> Any:
    corpora = _corpora()
    every = np.concatenate(corpora)
    # each width's corpus begins behind the narrower ones
    begins = np.cumsum([0, *(len(corpus) for corpus in corpora[:-1])])[widths - 1]
    starts = begins + rng.integers(0, _CORPUS, len(counts)) * widths
    sizes = counts * widths
    ends = np.cumsum(sizes)
    within = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - sizes, sizes)
    corpus_bytes = np.repeat(_CORPUS * widths, sizes)
    lows = np.repeat(begins, sizes)
    data = every[lows + (np.repeat(starts, sizes) - lows + within) % corpus_bytes]
    offsets = np.zeros(len(octets) + 1, dtype=np.int32)
    np.cumsum(octets, out=offsets[1:])
    return pa.StringArray.from_buffers(len(octets), pa.py_buffer(offsets), pa.py_buffer(data))
