"""Histograms: HdrHistograms as sparse arrays, so that percentiles and merges are cheap."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from hdrh.histogram import HdrHistogram


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """The non-empty buckets of an HdrHistogram, lowest first."""

    #: Lower edge of each bucket, in the unit recorded (µs).
    edges: npt.NDArray[np.int64]
    #: Width of each bucket.
    widths: npt.NDArray[np.int64]
    #: How many values each holds.
    counts: npt.NDArray[np.int64]

    @property
    def total(self) -> int:
        return int(self.counts.sum())

    def quantiles(self, wanted: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """The values under which the wanted shares lie, interpolated inside a bucket against steps of rounding."""
        reached = np.cumsum(self.counts)
        rank = np.asarray(wanted, dtype=np.float64) * reached[-1]
        at = np.minimum(np.searchsorted(reached, rank), len(reached) - 1)
        into = (rank - (reached[at] - self.counts[at])) / self.counts[at]
        return np.asarray(self.edges[at] + self.widths[at] * np.clip(into, 0.0, 1.0), dtype=np.float64)

    def quantile(self, share: float) -> float | None:
        """One of them; None when nothing was recorded."""
        return float(self.quantiles([share])[0]) if len(self.counts) else None


def merge(histograms: Iterable[Histogram]) -> Histogram | None:
    """All values of all of them; None of none."""
    parts = list(histograms)
    if not parts:
        return None
    edges, place = np.unique(np.concatenate([part.edges for part in parts]), return_inverse=True)
    counts, widths = np.zeros_like(edges), np.zeros_like(edges)
    np.add.at(counts, place, np.concatenate([part.counts for part in parts]))
    widths[place] = np.concatenate([part.widths for part in parts])
    return Histogram(edges=edges, widths=widths, counts=counts)


@lru_cache(maxsize=8192)
def decode(encoded: str) -> Histogram:
    """Read what HdrHistogram.encode() wrote; the layout of indexes is HdrHistogram's own."""
    source = HdrHistogram.decode(encoded)
    counts = np.frombuffer(source.counts, dtype=np.uint64).astype(np.int64)
    index = np.flatnonzero(counts)
    half = source.sub_bucket_count // 2
    bucket = index // half - 1
    offset = index % half + half
    offset, bucket = np.where(bucket < 0, offset - half, offset), np.maximum(bucket, 0)
    shift = bucket + source.unit_magnitude
    return Histogram(edges=offset << shift, widths=np.left_shift(1, shift), counts=counts[index])
