"""Pareto: which of several candidates no other beats in every cost."""

from collections.abc import Mapping, Sequence


def front(costs: Mapping[str, Sequence[float]]) -> list[str]:
    """The names that no other dominates: as low in every cost and lower in one. Order is kept."""
    return [
        name
        for name, own in costs.items()
        if not any(_dominates(other, own) for rival, other in costs.items() if rival != name)
    ]


def _dominates(costs: Sequence[float], others: Sequence[float]) -> bool:
    pairs = list(zip(costs, others, strict=True))
    return all(mine <= theirs for mine, theirs in pairs) and any(mine < theirs for mine, theirs in pairs)
