"""Simulated rounds: log costs of a baseline, its A/A lane and a candidate whose true effect is known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import signal

from harness.rounds import lane_order, lanes_of

LANES = lanes_of("baseline", ["candidate"])
#: Different orders of lanes that the simulated runs of one world take in turn.
_ORDERS = 64
Costs = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is true in simulated runs, and how they are disturbed; all sizes on the log scale (0.03 ≈ 3 %)."""

    #: The candidate's true relative effect on its cost: 0.05 = 5 % dearer.
    effect: float
    #: The standard deviation of a trial about its lane and round.
    noise: float = 0.03
    #: "normal", or "skewed": an exponential distribution's long tail to the slow side (skewness 2).
    shape: str = "normal"
    #: The correlation of a lane's noise from one round to the next, AR(1); for normal noise.
    serial: float = 0.0
    #: The step of the random walk that all lanes of a round share.
    drift: float = 0.05
    #: The largest drift from one position of a round to the next, in either direction.
    position_drift: float = 0.01


def simulate(world: World, *, runs: int, rounds: int, rng: np.random.Generator) -> Costs:
    """Log costs by run, lane (in the order of LANES) and round."""
    size = (runs, len(LANES), rounds)
    costs = world.noise * _noise(world, size, rng)
    costs[:, -1] += np.log1p(world.effect)
    costs += np.cumsum(rng.normal(0, world.drift, (runs, 1, rounds)), axis=2)
    slopes = rng.uniform(-world.position_drift, world.position_drift, (runs, 1, 1))
    positions = _positions(rounds, int(rng.integers(1 << 30)))
    return np.asarray(costs + slopes * positions[np.arange(runs) % _ORDERS])


def _noise(world: World, size: tuple[int, int, int], rng: np.random.Generator) -> Costs:
    """Mean 0 and standard deviation 1, whatever its shape."""
    if world.shape == "skewed":
        return np.asarray(rng.exponential(1.0, size) - 1.0)
    fresh = rng.normal(0, 1, size)
    if not world.serial:
        return fresh
    fresh[:, :, 1:] *= np.sqrt(1 - world.serial**2)
    return np.asarray(signal.lfilter([1.0], [1.0, -world.serial], fresh, axis=2))


def _positions(rounds: int, seed: int) -> Costs:
    """By order, lane and round: the lane's position."""
    orders = [lane_order(LANES, rounds, seed + at) for at in range(_ORDERS)]
    return np.array([[[row.index(lane) for row in order] for lane in LANES] for order in orders], dtype=np.float64)
