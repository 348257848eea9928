"""Hypotheses: claims of an experiment, named before it runs, with the direction and size that would support them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.statistics.verdict import Verdict
from harness.table import TableReader

#: What a claim may say of a cost: by at least `by` lower or higher; within ±`by`; at most `by` higher or lower.
DIRECTIONS = ("lower", "higher", "same", "not_higher", "not_lower")
#: Directions that need a size: without one, the experiment's minimum effect is the tolerance.
TOLERANT = ("same", "not_higher", "not_lower")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """A claim, and what would support it; None matches any."""

    id: str
    claim: str
    #: The section that makes the claim.
    source: str | None = None
    metric: str = "response_p50"
    operation: str | None = None
    scenario: str | None = None
    candidate: str | None = None
    #: The lane to compare the candidate with; None: the baseline.
    against: str | None = None
    #: The verdict that supports a claim without a direction.
    supports: str = "better"
    #: One of DIRECTIONS: the claim is about the ratio's interval, not about a verdict.
    direction: str | None = None
    #: Relative size (0.1 = 10 %) that goes with the direction.
    by: float | None = None
    #: Datasets on which the claim can be answered; empty: any.
    datasets: Sequence[str] = ()


def hypothesis_from(table: TableReader, metric: Callable[[TableReader, str, str], str]) -> Hypothesis:
    """Read one `[[hypotheses]]` table; `metric` checks the name of one."""
    direction = table.optional_text("direction")
    if direction is not None and direction not in DIRECTIONS:
        raise table.unknown("direction", direction, DIRECTIONS)
    supports = table.one_of("supports", [str(verdict) for verdict in Verdict], default="better")
    hypothesis = Hypothesis(
        id=table.text("id"),
        claim=table.text("claim"),
        source=table.optional_text("source"),
        metric=metric(table, "metric", table.text("metric", default="response_p50")),
        operation=table.optional_text("operation"),
        scenario=table.optional_text("scenario"),
        candidate=table.optional_text("candidate"),
        against=table.optional_text("against"),
        supports=supports,
        direction=direction,
        by=table.optional_number("by", above=0),
        datasets=tuple(table.texts("datasets", least=0, default=[])),
    )
    table.nothing_else()
    _fits(table, hypothesis)
    return hypothesis


def _fits(table: TableReader, hypothesis: Hypothesis) -> None:
    if hypothesis.by is not None and hypothesis.direction is None:
        raise table.error("by", "a size without a direction", f"direction = one of {', '.join(DIRECTIONS)}")
    if hypothesis.direction in ("lower", "not_lower") and (hypothesis.by or 0) >= 1:
        raise table.error("by", f"{hypothesis.by:g}: no cost falls by all of itself", "below 1, such as 0.1 for 10 %")
    if hypothesis.against is not None and hypothesis.candidate is None:
        raise table.error("against", "no candidate to compare with it", "a candidate too")


def claimed_region(direction: str, by: float) -> tuple[float, float]:
    """The log ratios of which the claim speaks; a claim that tolerates ±by does so symmetrically on the log scale."""
    return {
        "lower": (-math.inf, math.log1p(-by) if by < 1 else -math.inf),
        "higher": (math.log1p(by), math.inf),
        "same": (-math.log1p(by), math.log1p(by)),
        "not_higher": (-math.inf, math.log1p(by)),
        "not_lower": (math.log1p(-by) if by < 1 else -math.inf, math.inf),
    }[direction]
