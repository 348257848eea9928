"""Balance: how evenly the lanes were spread over the positions of the rounds that ran."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBalance:
    """What is uneven in an order of lanes; all zeros: nothing."""

    design: str
    rounds: int
    #: Between the lanes' mean positions (1 = first in its round). A steady drift cancels where it is 0.
    mean_position_gap: float
    #: Between the most and the least often that a lane stood in a position.
    position_gap: int
    #: Between the most and the least often that a lane followed another. Carry-over cancels where it is 0.
    follower_gap: int
    #: For people.
    statement: str


def balance_of(order: Sequence[Sequence[str]]) -> OrderBalance | None:
    """The balance of complete rounds; None of no round or a single lane."""
    rows = [row for row in order if len(row) == max(len(r) for r in order)]
    if not rows or len(rows[0]) < 2:  # noqa: PLR2004 - one lane has no order
        return None
    lanes = sorted(rows[0])
    sums = [sum(row.index(lane) for row in rows) for lane in lanes]
    mean_gap = (max(sums) - min(sums)) / len(rows)
    places = Counter((lane, place) for row in rows for place, lane in enumerate(row))
    followers = Counter(pair for row in rows for pair in pairwise(row))
    place_gap = _gap(places, len(lanes) ** 2)
    follower_gap = _gap(followers, len(lanes) * (len(lanes) - 1))
    return OrderBalance(
        design=_design(len(lanes), mean_gap, place_gap, follower_gap),
        rounds=len(rows),
        mean_position_gap=mean_gap,
        position_gap=place_gap,
        follower_gap=follower_gap,
        statement=_statement(len(rows), mean_gap, place_gap, follower_gap),
    )


def _gap(counts: Counter[tuple[str, int]] | Counter[tuple[str, str]], cells: int) -> int:
    return max(counts.values()) - (min(counts.values()) if len(counts) == cells else 0)


def _design(lanes: int, mean_gap: float, place_gap: int, follower_gap: int) -> str:
    if not place_gap and not follower_gap:
        return "ABBA" if lanes == 2 else "Williams square"  # noqa: PLR2004 - two lanes have but two orders
    return "randomised Latin rows, unpaired" if mean_gap else "randomised Latin rows in mirrored pairs"


def _statement(rounds: int, mean_gap: float, place_gap: int, follower_gap: int) -> str:
    if not place_gap and not follower_gap:
        return (
            f"balanced over {rounds} rounds: each lane stood in each position, and followed each other, equally often"
        )
    drift = (
        f"mean positions differ by up to {mean_gap:.2f}, so a drift within rounds does not cancel"
        if mean_gap
        else "mean positions are equal, so a steady drift cancels"
    )
    return (
        f"{drift}; a lane stood in a position up to {place_gap} times more often than another, "
        f"and followed another up to {follower_gap} times more often"
    )
