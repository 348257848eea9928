"""Round values: what each lane measured in each round, in time order, and cells that stand out of their table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.judging.comparison import Values, values_by_round
from harness.judging.metrics import METRICS, Trial

#: The median absolute deviation of a normal distribution, in standard deviations.
_NORMAL_MAD = 0.6745
_ROUNDING = 1e-12
#: With fewer rounds or lanes nothing says what is usual.
_FEWEST_ROUNDS, _FEWEST_LANES = 4, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTable:
    """One metric of one operation: a row of values for each lane."""

    scenario: str
    target: str
    operation: str
    metric: str
    rounds: tuple[int, ...]
    lanes: Mapping[str, Values]

    def as_dict(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario,
            "target": self.target,
            "operation": self.operation,
            "metric": self.metric,
            "unit": METRICS[self.metric].unit,
            "rounds": list(self.rounds),
            "lanes": {lane: list(values) for lane, values in self.lanes.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """How far a lane's value, or with lane None a whole round, is from what the rest of its table says."""

    lane: str | None
    round: int
    #: Robust z-score of the log value once the lane's and the round's medians are taken off.
    z: float
    #: The value ÷ what the rest says.
    ratio: float


def round_tables(
    scenario: Mapping[str, Any], lanes: Sequence[str], trials: Sequence[Trial], metrics: set[str]
) -> Iterator[RoundTable]:
    """A table for each operation and metric of the given ones that every trial carries."""
    wanted = (scenario["name"], scenario["target"])
    recorded = [t for t in trials if (t["scenario"], t["target"]) == wanted and not t.get("void")]
    rounds = tuple(sorted({trial["round"] for trial in recorded if trial["lane"] in lanes}))
    for operation, metric, values in values_by_round(scenario, lanes, trials):
        if metric in metrics:
            yield RoundTable(
                scenario=wanted[0], target=wanted[1], operation=operation, metric=metric, rounds=rounds, lanes=values
            )


def deviations(table: RoundTable) -> list[Deviation]:
    """Every cell's and every round's, by median polish of the log values (Tukey 1977, Exploratory Data Analysis)."""
    cells = _logs(table)
    if cells is None:
        return []
    by_lane = cells - np.median(cells, axis=1, keepdims=True)
    by_round = np.median(by_lane, axis=0)
    rest = by_lane - by_round
    rest -= np.median(rest, axis=1, keepdims=True)
    rounds = by_round - np.median(by_round)
    named = [*zip(table.lanes, rest, _robust_z(rest), strict=True), (None, rounds, _robust_z(rounds))]
    return [
        Deviation(lane=lane, round=number, z=float(z), ratio=float(np.exp(log)))
        for lane, logs, scores in named
        for number, log, z in zip(table.rounds, logs, scores, strict=True)
    ]


def _logs(table: RoundTable) -> npt.NDArray[np.float64] | None:
    """Log values of the rounds in which every lane has one."""
    rows = [[np.nan if value is None or value <= 0 else value for value in lane] for lane in table.lanes.values()]
    cells = np.log(np.array(rows, dtype=np.float64))
    enough = cells.ndim == 2 and cells.shape[0] >= _FEWEST_LANES and cells.shape[1] >= _FEWEST_ROUNDS  # noqa: PLR2004 - a table
    return cells if enough and not np.isnan(cells).any() else None


def _robust_z(away: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """In standard deviations as the median absolute deviation tells them, which are taken as 1 % at least.

    The polish leaves cells that are medians at exactly 0; they say nothing of the spread.
    """
    sizes = np.abs(away[np.abs(away) > _ROUNDING])
    return away / max(float(np.median(sizes)) / _NORMAL_MAD if len(sizes) else 0.0, 0.01)
