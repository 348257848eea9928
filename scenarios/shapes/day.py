"""Twenty-four hours in one window: quiet at four, a shoulder at noon, the peak at nine in the evening."""

from scenarios.shape import Shape

#: Share of the peak in each hour, midnight first; our own, for lack of a published trace. A mix's `hours` replace it.
_HOURS = (
    *(0.35, 0.20, 0.12, 0.08, 0.07, 0.10, 0.20, 0.35, 0.45, 0.50, 0.55, 0.60),
    *(0.70, 0.65, 0.60, 0.60, 0.65, 0.75, 0.85, 0.90, 0.95, 1.00, 0.85, 0.55),
)


class DayShape(Shape):
    def level(self, at: float) -> float:
        hours = self.hours or _HOURS
        return hours[min(int(at * len(hours)), len(hours) - 1)] / max(hours)
