"""Rounds: every lane once per round, in an order that drift cannot favour."""

import random
from collections.abc import Collection, Iterator, Sequence

AGAIN = ":again"


def lanes_of(baseline: str, candidates: list[str]) -> list[str]:
    """The baseline, the baseline again (A/A), and each candidate."""
    return [baseline, baseline + AGAIN, *candidates]


def takes_part(lanes: Sequence[str], baseline: str, only: Collection[str]) -> list[str]:
    """The lanes of a scenario that compares `only` these candidates (empty: all), in their order."""
    always = (baseline, baseline + AGAIN)
    return [lane for lane in lanes if not only or lane in always or lane in only]


def lane_order(lanes: list[str], rounds: int, seed: int) -> list[list[str]]:
    """The lanes of each round, in the order in which they run.

    Rounds come in pairs of an order and its reverse, so that over an even number of rounds each lane's mean position
    is the same and a steady drift cancels. With an even number of lanes n, n rounds are a Williams square: each lane is
    once in each position and follows each other lane once. With an odd number the same takes 2 n rounds.
    An odd last round is a random row of the next square. (Williams 1949, Austral. J. Sci. Res. A 2: 149.)
    """
    if len(set(lanes)) != len(lanes):
        raise ValueError(f"lanes must differ: {lanes}")
    rows = _rows(lanes, random.Random(seed))
    return [next(rows) for _ in range(rounds)]


def _rows(lanes: list[str], draw: random.Random) -> Iterator[list[str]]:
    count = len(lanes)
    zigzag = [(step + 1) // 2 if step % 2 else (count - step // 2) % count for step in range(count)]
    shifts = range(count // 2 if count % 2 == 0 else count) or range(1)
    while True:
        labels = draw.sample(lanes, count)
        for shift in draw.sample(shifts, len(shifts)):
            row = [labels[(place + shift) % count] for place in zigzag]
            yield row
            yield row[::-1]
