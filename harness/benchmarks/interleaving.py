"""Interleaving: the same measured with something on and off, in pairs, so that a machine's drift is in both."""

from collections.abc import Awaitable, Callable
from statistics import median

from harness.benchmarks.result import Result


async def on_and_off(repeats: int, measure: Callable[[bool], Awaitable[float]]) -> list[tuple[float, float]]:
    """(on, off) of each pair; each comes first as often as the other."""
    pairs = []
    for turn in range(repeats):
        on_first = turn % 2 == 0
        first, second = await measure(on_first), await measure(not on_first)
        pairs.append((first, second) if on_first else (second, first))
    return pairs


def ratio_of(pairs: list[tuple[float, float]], *, name: str, what: str, on: str, off: str) -> Result:
    """The median of the pairs' ratios, which one bad minute sways least; `what` is counted per second."""
    return Result(
        name=name,
        value=median(mine / other for mine, other in pairs),
        unit=f"ratio of {what}/s ({on} {median(mine for mine, _ in pairs):,.0f}/s)",
        peer=f"{off}, 1/s",
        peer_value=median(other for _, other in pairs),
    )
