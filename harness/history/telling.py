"""Telling: trends as lines of a terminal and as plain data."""

from collections.abc import Iterator, Sequence
from typing import Any

from harness.figure import figure
from harness.history.series import Series

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 40
_SHOWN = 4


def sparkline(values: Sequence[float], width: int = _WIDTH) -> str:
    """The newest values, lowest to highest; a middle bar where all are alike."""
    shown = values[-width:]
    low, high = min(shown), max(shown)
    if high <= low * (1 + 1e-9):
        return _BARS[3] * len(shown)
    return "".join(_BARS[round((value - low) / (high - low) * (len(_BARS) - 1))] for value in shown)


def lines_of(every: Sequence[Series], *, width: int = _WIDTH) -> Iterator[str]:
    """A line a series, and one below it for each change and for what it began with."""
    for series in every:
        past = ", under earlier conditions" if series.is_past else ""
        yield (
            f"{sparkline(series.values, width)}  {series.name}: {figure(series.values[-1], 4)} {series.unit}, "
            f"{len(series.values)} run{'s' * (len(series.values) > 1)}{past}"
        )
        if series.began_with:
            yield f"    new series, the conditions changed: {_some(series.began_with)}"
        for change in series.changes:
            entry = series.entries[change.index]
            besides = series.changed_besides(change)
            since = f"; changed with it: {_some(besides)}" if besides else ""
            before, after = figure(change.before, 4), figure(change.after, 4)
            yield (
                f"    {change.ratio - 1:+,.1%} since {entry.called}: {before} → {after} "
                f"{series.unit} (p = {change.p_value:.2g}){since}"
            )


def as_dicts(every: Sequence[Series]) -> list[dict[str, Any]]:
    return [
        {
            **{
                name: getattr(series, name)
                for name in ("scenario", "target", "operation", "metric", "unit", "variant", "fingerprint", "is_past")
            },
            "began_with": list(series.began_with),
            "points": [
                {"run_id": entry.run_id, "created_at": entry.created_at, "label": entry.label, "value": value}
                for entry, value in zip(series.entries, series.values, strict=True)
            ],
            "changes": [
                {
                    "run_id": series.entries[change.index].run_id,
                    "label": series.entries[change.index].label,
                    "before": change.before,
                    "after": change.after,
                    "ratio": change.ratio,
                    "p_value": change.p_value,
                    "changed_besides": series.changed_besides(change),
                }
                for change in series.changes
            ],
        }
        for series in every
    ]


def _some(texts: Sequence[str]) -> str:
    more = f"; and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return "; ".join(texts[:_SHOWN]) + more
