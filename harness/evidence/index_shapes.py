"""Index shapes: which indexes say the same as another, or only its beginning."""

from collections.abc import Mapping
from typing import Any

Shape = Mapping[str, Any]


def redundancies(shapes: Mapping[str, Shape]) -> dict[str, str]:
    """Index → "duplicate of X" or "prefix of X"; a key that guards uniqueness is not called redundant.

    X stays when all of these go: what serves in place of an index that is redundant itself serves in place of both.
    """
    served = {name: [one for one in sorted(shapes) if _serves(one, name, shapes)] for name in sorted(shapes)}
    redundant = {name: others for name, others in served.items() if others}
    return {
        name: _told(shapes, name, next(one for one in others if one not in redundant))
        for name, others in redundant.items()
    }


def _serves(other: str, name: str, shapes: Mapping[str, Shape]) -> bool:
    """Whether one index is enough where there are both."""
    shape, wider = shapes[name], shapes[other]
    if name == other or not _comparable(shape, wider) or shape["is_unique"]:
        return False
    if _same(shape, wider):
        # of two equal ones the later name is the one too many, unless the other guards a rule
        return bool(wider["is_unique"]) or not _same(wider, shape) or name > other
    return _begins(shape, wider)


def _told(shapes: Mapping[str, Shape], name: str, other: str) -> str:
    return f"{'duplicate' if _same(shapes[name], shapes[other]) else 'prefix'} of {other}"


def _comparable(shape: Shape, other: Shape) -> bool:
    return all(shape[key] == other[key] for key in ("table", "method", "predicate"))


def _same(shape: Shape, other: Shape) -> bool:
    return list(shape["keys"]) == list(other["keys"]) and set(shape["included"]) <= set(other["included"])


def _begins(shape: Shape, other: Shape) -> bool:
    """Only B-trees are searched by their first keys."""
    keys, wider = list(shape["keys"]), list(other["keys"])
    served = set(shape["included"]) <= {*other["included"], *(key.split(" ")[0] for key in wider)}
    return shape["method"] == "btree" and len(keys) < len(wider) and wider[: len(keys)] == keys and served
