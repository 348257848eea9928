"""Index shapes: which indexes say the same as another, or only its beginning."""

from collections.abc import Mapping
from typing import Any

Shape = Mapping[str, Any]


def redundancies(shapes: Mapping[str, Shape]) -> dict[str, str]:
    """Index → "duplicate of X" or "prefix of X"; a key that guards uniqueness is not called redundant."""
    found: dict[str, str] = {}
    for name, shape in sorted(shapes.items()):
        for other, wider in sorted(shapes.items()):
            if name == other or not _comparable(shape, wider) or shape["is_unique"]:
                continue
            if _same(shape, wider):
                # of two equal ones the later name is the one too many, unless the other guards a rule
                if wider["is_unique"] or name > other:
                    found.setdefault(name, f"duplicate of {other}")
            elif _begins(shape, wider):
                found.setdefault(name, f"prefix of {other}")
    return found


def _comparable(shape: Shape, other: Shape) -> bool:
    return all(shape[key] == other[key] for key in ("table", "method", "predicate"))


def _same(shape: Shape, other: Shape) -> bool:
    return list(shape["keys"]) == list(other["keys"]) and set(shape["included"]) <= set(other["included"])


def _begins(shape: Shape, other: Shape) -> bool:
    """Only B-trees are searched by their first keys."""
    keys, wider = list(shape["keys"]), list(other["keys"])
    served = set(shape["included"]) <= {*other["included"], *(key.split(" ")[0] for key in wider)}
    return shape["method"] == "btree" and len(keys) < len(wider) and wider[: len(keys)] == keys and served
