"""Lane styles: one colour and one dash per lane, the same in every picture."""

from collections.abc import Sequence
from dataclasses import dataclass

#: Okabe and Ito's colour-blind-safe colours, darkened where white paper needs it (jfly.uni-koeln.de/color).
CANDIDATE_COLOURS = ("#0072b2", "#d55e00", "#00805d", "#a5437f", "#8a6d00", "#3c8dc4", "#7a4a1d")
BASELINE_COLOUR, AGAIN_COLOUR = "#222222", "#8c8c8c"
#: Dash lengths in line widths; () is a whole line. They tell lanes apart in grey print.
DASHES: tuple[tuple[float, ...], ...] = ((), (5, 1.5), (1.5, 1.2), (6, 1.5, 1.5, 1.5), (3, 1), (8, 2), (1, 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneStyle:
    """How a lane is drawn."""

    lane: str
    colour: str
    dashes: tuple[float, ...]

    @property
    def dash_array(self) -> str:
        """For SVG, at a line width of 2."""
        return " ".join(f"{2 * length:g}" for length in self.dashes) or "none"


def lane_styles(lanes: Sequence[str], baseline: str) -> dict[str, LaneStyle]:
    """The baseline black, the same baseline again grey and dashed, candidates in colour."""
    candidates = [lane for lane in lanes if lane not in (baseline, f"{baseline}:again")]
    styles = {
        baseline: LaneStyle(lane=baseline, colour=BASELINE_COLOUR, dashes=()),
        f"{baseline}:again": LaneStyle(lane=f"{baseline}:again", colour=AGAIN_COLOUR, dashes=(3, 1.5)),
    }
    for place, lane in enumerate(candidates):
        colour = CANDIDATE_COLOURS[place % len(CANDIDATE_COLOURS)]
        styles[lane] = LaneStyle(lane=lane, colour=colour, dashes=DASHES[place % len(DASHES)])
    return {lane: styles[lane] for lane in lanes}
