"""Plan trees: EXPLAIN's JSON cut down to what a reader compares, and a hash of the shape alone."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

Json = Mapping[str, Any]
#: What makes a plan another plan; costs, estimates, times and counts do not.
_SHAPE = {
    "Node Type": "node",
    "Strategy": "strategy",
    "Partial Mode": "partial_mode",
    "Join Type": "join",
    "Operation": "operation",
    "Scan Direction": "direction",
    "Index Cond": "index_condition",
    "Recheck Cond": "recheck",
    "Filter": "filter",
    "Join Filter": "join_filter",
    "Hash Cond": "hash_condition",
    "Merge Cond": "merge_condition",
    "One-Time Filter": "one_time_filter",
    "Sort Key": "sort_key",
    "Presorted Key": "presorted_key",
    "Group Key": "group_key",
    "Subplan Name": "subplan",
    "Conflict Resolution": "conflict",
    "Subplans Removed": "subplans_removed",
}
_REMOVED = ("Rows Removed by Filter", "Rows Removed by Index Recheck", "Rows Removed by Join Filter")
_QUOTED = re.compile(r"'(?:[^']|'')*'(?:::[a-z_]+(?: with(?:out)? time zone| varying)?(?:\[\])?)*")
_PARAMETER = re.compile(r"\$\d+(?:::[a-z_]+(?: with(?:out)? time zone| varying)?(?:\[\])?)*")
_NUMBER = re.compile(r"(?<![\w.$])-?\d+(?:\.\d+)?(?![\w.])")


def tree_of(plan: Json, roots: Mapping[str, str]) -> dict[str, Any]:
    """A node with its children. `roots` maps a partition's or its index's name to the topmost parent's."""
    node: dict[str, Any] = {ours: _plain(plan[theirs]) for theirs, ours in _SHAPE.items() if theirs in plan}
    node |= _named(plan, "Relation Name", "relation", "partition", roots)
    node |= _named(plan, "Index Name", "index", "partition_index", roots)
    node |= _measured(plan)
    children = [tree_of(child, roots) for child in plan.get("Plans", ())]
    return node | ({"children": children} if children else {})


def shape_of(tree: Json) -> dict[str, Any]:
    """The tree without what was measured."""
    kept = {*_SHAPE.values(), "relation", "partition", "index", "partition_index"}
    shape = {key: value for key, value in tree.items() if key in kept}
    return shape | {"children": [shape_of(child) for child in tree.get("children", ())]}


def hash_of(tree: Json) -> str:
    """12 hex digits, the same for a custom and a generic plan of one shape."""
    return hashlib.sha256(orjson.dumps(shape_of(tree), option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]


def without(tree: Json, empty: frozenset[str]) -> dict[str, Any]:
    """The tree with what reads only these partitions cut down to their names.

    This month's partition starts empty and fills while load runs; how its few blocks are read changes on the way, and
    that makes no other plan.
    """
    partitions = {node["partition"] for node in walk(tree) if "relation" in node and "partition" in node}
    others = any("relation" in node and "partition" not in node for node in walk(tree))
    if partitions and partitions <= empty and not others:
        return {"node": "partitions that were empty", "partition": sorted(partitions)}
    return {**tree, "children": [without(child, empty) for child in tree.get("children", ())]}


def walk(tree: Json) -> Iterator[Json]:
    """The node and all below it, top down."""
    yield tree
    for child in tree.get("children", ()):
        yield from walk(child)


def was_run(node: Json) -> bool:
    """Not measured counts as run."""
    return bool(node.get("loops", 1))


def _named(plan: Json, key: str, own: str, partition: str, roots: Mapping[str, str]) -> dict[str, str]:
    name = plan.get(key)
    if name is None:
        return {}
    return {own: roots[name], partition: name} if name in roots else {own: name}


def _measured(plan: Json) -> dict[str, Any]:
    if "Actual Loops" not in plan:
        return {}
    loops = plan["Actual Loops"]
    found: dict[str, Any] = {"loops": loops}
    if not loops:
        return found
    found |= {
        "rows": round(plan["Actual Rows"] * loops, 2),
        "ms": round(plan.get("Actual Total Time", 0.0) * loops, 4),
        "blocks": plan.get("Shared Hit Blocks", 0) + plan.get("Shared Read Blocks", 0),
    }
    removed = sum(plan.get(key, 0) for key in _REMOVED) * loops
    temporary = plan.get("Temp Read Blocks", 0) + plan.get("Temp Written Blocks", 0)
    told = {
        "removed": round(removed),
        "heap_fetches": plan.get("Heap Fetches"),
        "sort_method": plan.get("Sort Method"),
        "temp_blocks": temporary,
        "wal_bytes": plan.get("WAL Bytes"),
    }
    # Heap Fetches of 0 says that the visibility map served: it is kept
    return found | {key: value for key, value in told.items() if value or (key == "heap_fetches" and value is not None)}


def _plain(value: Any) -> Any:
    """Constants and parameters out: they are not the plan's shape."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, str):
        return value
    return _NUMBER.sub("?", _PARAMETER.sub("?", _QUOTED.sub("?", value)))
