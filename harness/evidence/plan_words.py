"""Plans in words: how each table is reached, and what differs between two plans of one query."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from harness.evidence.plan_tree import Json, walk, was_run

#: A count is told as different from this share on, and from this many.
_NOTABLE_SHARE, _NOTABLE_COUNT = 0.10, 8
#: Planning is told as different when it takes so many times as long, and so many milliseconds more.
_NOTABLE_TIMES, _NOTABLE_MS = 1.5, 0.1
#: From so many siblings of one kind on, one line tells of all.
_MANY = 3


def accesses(tree: Json) -> dict[str, str]:
    """Table → how it is read: "Index Scan (messages_page)", several ways joined by " + "; writes are told as such."""
    ways: dict[str, Counter[str]] = {}
    for node in walk(tree):
        relation = node.get("relation")
        if relation is None or not was_run(node):
            continue
        ways.setdefault(relation, Counter())[_way(node)] += 1
    return {relation: " + ".join(sorted(found)) for relation, found in sorted(ways.items())}


def _way(node: Json) -> str:
    if "operation" in node:
        return str(node["operation"])
    indexes = [node["index"]] if "index" in node else _bitmap_indexes(node)
    backward = ", backward" if node.get("direction") == "Backward" else ""
    return f"{node['node']} ({', '.join(indexes)}{backward})" if indexes else str(node["node"])


def _bitmap_indexes(node: Json) -> list[str]:
    below = [below for child in node.get("children", ()) for below in walk(child)]
    return sorted({below["index"] for below in below if below["node"] == "Bitmap Index Scan"})


def partitions(tree: Json) -> dict[str, int]:
    """Partitioned table → how many of its partitions were touched."""
    touched: dict[str, set[str]] = {}
    for node in walk(tree):
        if "partition" in node:
            found = touched.setdefault(node["relation"], set())
            if was_run(node):
                found.add(node["partition"])
    return {relation: len(names) for relation, names in touched.items()}


def pruned(tree: Json) -> int:
    """Partitions that the executor left out when it started; those that planning left out are not in a plan."""
    return sum(int(node.get("subplans_removed") or 0) for node in walk(tree))


def sorts(tree: Json) -> list[str]:
    """Each sort with what it sorted."""
    return [
        f"{node['node'].lower()} of {_count(_sorted_rows(node))} rows"
        + (f" ({node['sort_method']})" if node.get("sort_method") else "")
        for node in walk(tree)
        if node["node"] in ("Sort", "Incremental Sort") and was_run(node)
    ]


def _sorted_rows(node: Json) -> float | None:
    """What came in: a top-N sort gives out less."""
    children = [child for child in node.get("children", ()) if "subplan" not in child]
    return children[0].get("rows") if children else node.get("rows")


def total(tree: Json, key: str) -> int:
    return round(sum(node.get(key) or 0 for node in walk(tree)))


def differences(ours: Json, theirs: Json) -> list[str]:
    """From the baseline's plan to the other's, each difference a sentence's worth; both with `tree` and sums."""
    a, b = ours["tree"], theirs["tree"]
    told = [*_access_changes(accesses(a), accesses(b)), *_partition_changes(partitions(a), partitions(b))]
    if (before := sorts(a)) != (after := sorts(b)) and _kinds(before) != _kinds(after):
        told.append(f"{_or_none(before, 'no sort')} → {_or_none(after, 'no sort')}")
    for key, name in (("removed", "rows removed by filters"), ("heap_fetches", "heap fetches of index-only scans")):
        told += _count_change(name, total(a, key), total(b, key))
    told += _count_change("blocks", ours.get("blocks"), theirs.get("blocks"))
    if ours.get("mode") != "generic":  # a generic plan is made once
        told += _planning_change(ours.get("planning_ms"), theirs.get("planning_ms"))
    return told


def _access_changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return [
        f"{relation}: {before.get(relation, 'not read')} → {after.get(relation, 'not read')}"
        for relation in sorted({*before, *after})
        if before.get(relation) != after.get(relation)
    ]


def _partition_changes(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    return [
        f"{relation}: {_partitions(before.get(relation))} → {_partitions(after.get(relation))}"
        for relation in sorted({*before, *after})
        if before.get(relation) != after.get(relation)
    ]


def _partitions(count: int | None) -> str:
    if count is None:
        return "one table"
    return f"{count} partition{'' if count == 1 else 's'} touched"


def _kinds(told: list[str]) -> list[str]:
    return [text.split(" of ")[0] for text in told]


def _count_change(name: str, before: float | None, after: float | None) -> list[str]:
    if before is None or after is None:
        return []
    change = abs(after - before)
    if change < _NOTABLE_COUNT or change < _NOTABLE_SHARE * max(before, after):
        return []
    return [f"{name}: {_count(before)} → {_count(after)}"]


def _planning_change(before: float | None, after: float | None) -> list[str]:
    if before is None or after is None or abs(after - before) < _NOTABLE_MS:
        return []
    low, high = sorted((before, after))
    return [f"planning: {before:.2f} → {after:.2f} ms"] if high > _NOTABLE_TIMES * low else []


def _count(value: float | None) -> str:
    return "?" if value is None else f"{value:,.0f}"


def _or_none(told: list[str], none: str) -> str:
    return ", ".join(told) or none


def lines(tree: Json, depth: int = 0) -> list[tuple[int, str]]:
    """(depth, text) of each node; many alike below one parent, as partitions are, stand together."""
    found = [(depth, describe(tree))]
    groups: dict[tuple[Any, ...], list[Json]] = {}
    for child in tree.get("children", ()):
        groups.setdefault(_likeness(child), []).append(child)
    for alike in groups.values():
        if len(alike) >= _MANY and "children" not in alike[0]:
            found.append((depth + 1, f"{len(alike)} × {describe(_summed(alike))}"))
        elif len(alike) >= _MANY and not was_run(alike[0]):
            found.append((depth + 1, f"{len(alike)} × {alike[0]['node']} · never run"))
        else:
            found += [line for child in alike for line in lines(child, depth + 1)]
    return found


def _likeness(node: Json) -> tuple[Any, ...]:
    return (node["node"], node.get("relation"), node.get("index"), was_run(node), "children" in node)


def _summed(alike: list[Json]) -> dict[str, Any]:
    kept = {key: value for key, value in alike[0].items() if not key.startswith("partition")}
    for key in ("rows", "removed", "heap_fetches", "blocks"):
        if any(key in node for node in alike):
            kept[key] = sum(node.get(key) or 0 for node in alike)
    return kept


def describe(node: Json) -> str:
    """One line: what, on what, by which condition, and what it took."""
    head = " ".join(str(node[key]) for key in ("join", "node") if key in node and node[key] != "Inner")
    if "operation" in node:
        head = str(node["operation"])
    name = node.get("partition_index") or node.get("index")
    where = node.get("partition") or node.get("relation")
    head += f" {name}" if name else ""
    head += f" on {where}" if where else ""
    if node.get("direction") == "Backward":
        head += " backward"
    if not was_run(node):
        return f"{head} · never run"
    return " · ".join([head, *_details(node)])


def _details(node: Json) -> list[str]:
    texts = [
        f"{label} {_text(node[key])}"
        for key, label in (
            *(("index_condition", "by"), ("hash_condition", "by"), ("merge_condition", "by")),
            *(("filter", "filter"), ("sort_key", "by"), ("subplans_removed", "partitions left out")),
        )
        if node.get(key)
    ]
    numbers: list[tuple[str, Any]] = [
        ("rows", node.get("rows")),
        ("removed", node.get("removed")),
        ("heap fetches", node.get("heap_fetches")),
        ("blocks", node.get("blocks")),
    ]
    return [*texts, *(f"{_count(value)} {name}" for name, value in numbers if value is not None)]


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
