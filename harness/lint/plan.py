"""A plan of an operation: what it leaves for an index to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.evidence.plan_tree import walk
from harness.evidence.plan_words import lines


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """EXPLAIN's answer for one operation."""

    operation: str
    sql: str
    #: As harness.evidence.plan_tree cuts it down.
    tree: dict[str, Any]
    #: The planner's estimate in its own unit.
    cost: float
    #: None without ANALYZE.
    execution_ms: float | None = None
    blocks: int | None = None

    @property
    def indexes(self) -> set[str]:
        return {node["index"] for node in walk(self.tree) if "index" in node}

    def as_dict(self) -> dict[str, Any]:
        return {
            "operation": self.operation,
            "sql": self.sql,
            "cost": self.cost,
            "execution_ms": self.execution_ms,
            "blocks": self.blocks,
            "left": [f"{node['node']} {node.get('relation', '')}".strip() for node in self.left()],
            "lines": [[depth, text] for depth, text in lines(self.tree)],
        }

    def left(self) -> Iterator[dict[str, Any]]:
        """Whole tables read and rows sorted."""
        for node in walk(self.tree):
            if node["node"] in ("Seq Scan", "Sort", "Incremental Sort"):
                yield dict(node)

    def reads_whole(self, table: str) -> bool:
        return any(node["node"] == "Seq Scan" and node.get("relation") == _plain(table) for node in walk(self.tree))

    def sorts_by(self, columns: tuple[str, ...]) -> bool:
        """Whether rows are sorted by these columns, of whatever table."""
        return any(
            tuple(_column(key) for key in node.get("sort_key", ())) == columns
            for node in walk(self.tree)
            if node["node"] in ("Sort", "Incremental Sort")
        )

    def indexes_on(self, table: str) -> set[str]:
        """By which it reads the table; bitmap scans name the table above the index."""
        found = set()
        for node in walk(self.tree):
            if node.get("relation") == _plain(table):
                found |= {below["index"] for below in walk(node) if "index" in below}
        return found


def _plain(table: str) -> str:
    """EXPLAIN names tables without their schema."""
    return table.rpartition(".")[2]


def _column(sort_key: str) -> str:
    """The name in such as "m.created_at DESC NULLS LAST"."""
    return sort_key.split(" ", maxsplit=1)[0].rpartition(".")[2]
