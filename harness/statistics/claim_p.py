"""The p of a claim with a direction: how often chance alone would answer it so, for Holm's correction over all claims.

Answers come from two-sided intervals, so each one-sided p is doubled: p < α exactly where the interval of level 1 − α
lies wholly inside the claimed region, or wholly outside.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from scipy import special

from harness.statistics.estimate import critical_t

Finding = Mapping[str, Any]
Region = tuple[float, float]


def claim_p(findings: Sequence[Finding], region: Region) -> float | None:
    """The smaller of the p of support and the p of refutation; None where a finding was not judged.

    Support needs every part, so its p is the largest; one part refutes, so there the smallest counts as often as there
    are parts (Bonferroni).
    """
    if any(not f["ratio"] or f["p_adjusted"] is None for f in findings):
        return None
    support = max(_inside(finding, region) for finding in findings)
    refute = len(findings) * min(_outside(finding, region) for finding in findings)
    return min(1.0, support, refute)


def _inside(finding: Finding, region: Region) -> float:
    """Of "the ratio lies outside the region": both its ends have to be excluded."""
    least, most = region
    return max(_above(finding, least), _below(finding, most))


def _outside(finding: Finding, region: Region) -> float:
    """Of "the ratio lies in the region": excluding it on one side is enough."""
    least, most = region
    return min(_below(finding, least), _above(finding, most))


def _above(finding: Finding, bound: float) -> float:
    """Of "the true log ratio is at most `bound`", doubled; an end that is nowhere excludes nothing but itself."""
    return 0.0 if bound == -math.inf else 1.0 if bound == math.inf else _p(finding, math.log(finding["ratio"]) - bound)


def _below(finding: Finding, bound: float) -> float:
    return 0.0 if bound == math.inf else 1.0 if bound == -math.inf else _p(finding, bound - math.log(finding["ratio"]))


def _p(finding: Finding, distance: float) -> float:
    half = (math.log(finding["ratio_high"]) - math.log(finding["ratio_low"])) / 2
    error = half / critical_t(finding["alpha"], finding["rounds"])
    if error < 1e-15:  # noqa: PLR2004 - rounding alone: counts that never vary
        return 0.0 if distance > 0 else 1.0
    return min(1.0, float(2 * special.stdtr(finding["rounds"] - 1, -distance / error)))
