"""The recommendation: which variant to take under the run's mix, from what was weighed; unresolved stays unresolved."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from harness.statistics.estimate import paired_ratio

Weighed = Sequence[Mapping[str, Any]]


def recommend(
    weighed: Weighed, findings: Sequence[Mapping[str, Any]], *, baseline: str, minimum_effect: float
) -> dict[str, Any] | None:
    """What to take; None where nothing could be weighed.

    `answer` is "take" (candidates that cost less under the mix), "keep" (every candidate is worse or equivalent), or
    "open" (some are unresolved and none is better). Candidates that cannot be told from the best are `alike`.
    """
    rows = [row for row in weighed if row["kind"] == "all"]
    if not rows:
        return None
    by_verdict = {word: [row for row in rows if row["verdict"] == word] for word in _WORDS}
    better = sorted(by_verdict["better"], key=lambda row: row["ratio"])
    best = better[0] if better else None
    alike = [row["candidate"] for row in better[1:] if best and not _is_dearer(row, best, minimum_effect)]
    return {
        "answer": "take" if best else "open" if by_verdict["unresolved"] else "keep",
        "baseline": baseline,
        "take": best and best["candidate"],
        "alike": alike,
        **{word: [row["candidate"] for row in found] for word, found in by_verdict.items()},
        "price": _price(best["candidate"], findings) if best else [],
    }


_WORDS = ("better", "worse", "equivalent", "unresolved")


def _is_dearer(row: Mapping[str, Any], best: Mapping[str, Any], minimum_effect: float) -> bool:
    """Whether rounds show that a candidate costs more than the best, by more than the minimum effect."""
    ours, theirs = row["costs_by_round"], best["costs_by_round"]
    rounds = [number for number in ours if number in theirs]
    estimate = paired_ratio([ours[number] for number in rounds], [theirs[number] for number in rounds])
    return estimate is not None and estimate.low > 1 and math.log(estimate.value) > math.log1p(minimum_effect)


def _price(candidate: str, findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Operations at which the recommended one is worse: primary findings, the dearest first."""
    worse = [f for f in findings if f["primary"] and f["candidate"] == candidate and f["verdict"] == "worse"]
    return [
        {key: finding[key] for key in ("scenario", "target", "operation", "metric", "ratio")}
        for finding in sorted(worse, key=lambda finding: -finding["ratio"])
    ]
