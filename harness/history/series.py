"""Series: the values of one variant, operation and metric over runs under the same conditions; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.history.changes import Change, changes_of
from harness.history.entry import TOLD, Entry, fingerprint_of

#: The chance that a metric of which nothing changed, over all its series together, shows a change.
ALPHA = 0.05
Facts = Mapping[str, Mapping[str, Any]]
Subject = tuple[str, str, str, str, str]


@dataclass(kw_only=True, slots=True)
class Series:
    """One line of a trend."""

    scenario: str
    target: str
    operation: str
    metric: str
    variant: str
    unit: str
    fingerprint: str
    #: What the conditions differ in from those of the series before; empty for the first.
    began_with: tuple[str, ...]
    entries: list[Entry] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    #: Whether newer runs measured the same under other conditions.
    is_past: bool = False
    changes: list[Change] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.operation} {self.metric} of {self.variant} ({self.scenario}, {self.target})"

    def changed_besides(self, change: Change) -> list[str]:
        """What else differs between the run before a change and the first after it: schema, versions."""
        before, after = self.entries[change.index - 1].facts, self.entries[change.index].facts
        ours = {
            part: {name: value for name, value in facts.items() if part != "schema" or name == self.variant}
            for part, facts in before.items()
        }
        return differing(ours, after, TOLD)


def series_of(entries: Sequence[Entry]) -> list[Series]:
    """Every series in the order of its first run; a run under other conditions starts a new one.

    Runs under earlier conditions again go on with their earlier series.
    """
    found: dict[tuple[Subject, str], Series] = {}
    newest: dict[Subject, Series] = {}
    for entry in entries:
        for point in entry.points:
            subject = (point.scenario, point.target, point.operation, point.metric, point.variant)
            conditions = entry.conditions(point.scenario, point.target)
            fingerprint = fingerprint_of(conditions)
            last = newest.get(subject)
            series = found.get((subject, fingerprint))
            if series is None:
                before = last.entries[-1].conditions(point.scenario, point.target) if last else conditions
                series = found[subject, fingerprint] = Series(
                    scenario=point.scenario,
                    target=point.target,
                    operation=point.operation,
                    metric=point.metric,
                    variant=point.variant,
                    unit=point.unit,
                    fingerprint=fingerprint,
                    began_with=tuple(differing(before, conditions, tuple(conditions))),
                )
            if last is not None and last is not series:
                last.is_past = True
            series.is_past, newest[subject] = False, series
            series.entries.append(entry)
            series.values.append(point.value)
    return list(found.values())


def with_changes(every: Sequence[Series], *, minimum_effect: float) -> list[Series]:
    """The same series, each with its changes; the series of one metric share ALPHA (Bonferroni)."""
    counts: dict[str, int] = {}
    for series in every:
        counts[series.metric] = counts.get(series.metric, 0) + 1
    for series in every:
        # a cost of 0 has no logarithm; it is no cost either
        if min(series.values) > 0:
            alpha = ALPHA / counts[series.metric]
            series.changes = changes_of(series.values, alpha=alpha, minimum_effect=minimum_effect)
    return list(every)


def differing(before: Facts, after: Facts, parts: Sequence[str]) -> list[str]:
    """In words: each fact of these parts that is not what it was."""
    return [
        f"{part}, {name}: {before[part].get(name)} → {after[part].get(name)}"
        for part in parts
        for name in dict.fromkeys([*before[part], *after[part]])
        if before[part].get(name) != after[part].get(name) and (part != "schema" or name in before[part])
    ]
