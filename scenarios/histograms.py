"""HdrHistograms of microseconds: recorded in batches, merged across processes, sent as text."""

from collections.abc import Iterable

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

LOWEST_US = 1
HIGHEST_US = 3_600_000_000
SIGNIFICANT_DIGITS = 3


def new_histogram() -> HdrHistogram:
    return HdrHistogram(LOWEST_US, HIGHEST_US, SIGNIFICANT_DIGITS)


def record_all(histogram: HdrHistogram, microseconds: NDArray[np.int64]) -> None:
    """Add every value; a batch costs one call per distinct value, not per sample."""
    values, counts = np.unique(np.clip(microseconds, LOWEST_US, HIGHEST_US), return_counts=True)
    for value, times in zip(values.tolist(), counts.tolist(), strict=True):
        histogram.record_value(value, times)


def encode(histogram: HdrHistogram) -> str:
    encoded = histogram.encode()
    return encoded.decode("ascii") if isinstance(encoded, bytes) else encoded


def merge(encoded: Iterable[str]) -> str:
    """One histogram of all samples: percentiles of processes cannot be averaged, their histograms can be added."""
    total = new_histogram()
    for text in encoded:
        total.decode_and_add(text)
    return encode(total)
