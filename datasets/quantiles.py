"""Quantiles: any distribution of whole numbers as a short table, to read from and to draw from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

#: Shares at which a measured distribution is kept: close in the tail, where the costly rows are.
SHARES = (*(n / 20 for n in range(20)), 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9999, 1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantiles:
    """Values by share, both ascending; the shares run from 0 to 1."""

    shares: tuple[float, ...]
    values: tuple[float, ...]

    @classmethod
    def of_counts(cls, values: Sequence[float], counts: Sequence[float]) -> Self:
        """Of a histogram: how often each value was seen, values ascending and not empty."""
        upto = np.cumsum(np.asarray(counts, dtype=np.float64))
        upto /= upto[-1]
        places = np.minimum(np.searchsorted(upto, np.array(SHARES) - 1e-12), len(values) - 1)
        return cls(shares=SHARES, values=tuple(round(float(values[place]), 2) for place in places))

    def at(self, shares: NDArray[np.floating]) -> NDArray[np.float64]:
        """Values at these shares, between two kept ones along the logarithm."""
        found: NDArray[np.float64] = np.expm1(np.interp(shares, self.shares, np.log1p(self.values)))
        return found

    @property
    def mean(self) -> float:
        """Of what `at` draws."""
        return float(self.at((np.arange(20_000) + 0.5) / 20_000).mean())
