"""Tags: what a scenario's tasks are called by Locust's --tags and --exclude-tags, and what is said when none is left.

Imports no Locust, whose import would patch the process.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Task = Callable[..., Any]


def tags_of(task: Task) -> set[str]:
    found: set[str] = getattr(task, "locust_tag_set", set())
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Tagging:
    """What was asked for; without any, all tasks stay."""

    tags: Sequence[str] = ()
    exclude_tags: Sequence[str] = ()

    def keeps(self, task: Task) -> bool:
        """As Locust has it: one of the tags, and none of the excluded."""
        own = tags_of(task)
        return (not self.tags or not own.isdisjoint(self.tags)) and own.isdisjoint(self.exclude_tags)

    def no_task_left(self, idle: Collection[str], scenarios: Mapping[str, Sequence[Task]]) -> str:
        """`idle`: those of the scenarios, all given with their tasks as written, that are left without one."""
        busy = sorted(name for name, tasks in scenarios.items() if any(map(self.keeps, tasks)))
        had = [f"{name} has {_listed(scenarios.get(name, ()))}" for name in sorted(idle)]
        return (
            f"{self or 'The locustfile'} leaves {', '.join(sorted(idle))} without a task, so these users would do "
            f"nothing. Name only scenarios that keep one ({', '.join(busy) or 'there is none'}), or other tags: "
            f"{'; '.join(had)}."
        )

    def __str__(self) -> str:
        """As on the command line."""
        given = (("--tags", self.tags), ("--exclude-tags", self.exclude_tags))
        return " ".join(" ".join((option, *values)) for option, values in given if values)


def _listed(tasks: Sequence[Task]) -> str:
    return ", ".join(sorted({tag for task in tasks for tag in tags_of(task)})) or "none"
