"""Shape files: a Shape as TOML, to write, to read and to edit by hand."""

import tomllib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from datasets.errors import DatasetError
from datasets.parameters import BUILT_IN, LoadCurve, Shape
from datasets.quantiles import Quantiles

#: Sections and their keys; a key is the field of Shape or LoadCurve that it fills.
_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "people": ("users_per_message", "conversations_per_message", "blocks_per_message"),
    "conversations": ("conversation_lengths",),
    "texts": ("text_bytes", "bytes_per_character"),
    "media": ("media_share", "captioned_share", "media_kinds"),
    "unread": ("unread_share", "unread_counts"),
    "time": ("years", "growth_per_year", "by_hour", "by_weekday"),
}
_LOAD = frozenset({"growth_per_year", "by_hour", "by_weekday"})
_SHARES = frozenset({"media_share", "captioned_share", "unread_share"})
_LISTS = {"by_hour": 24, "by_weekday": 7, "media_kinds": 3}
_TABLES = frozenset({"conversation_lengths", "text_bytes", "unread_counts"})
_EXPLAINED = {
    "people": "How many of each there are for a message.",
    "conversations": "Messages of a conversation: share of conversations that have at most so many.",
    "texts": "UTF-8 bytes of a message's text: share of texts that have at most so many.",
    "media": "Share of messages with media, of those with a text too, and the parts of image, video and file.",
    "unread": "Share of members with something unread, of all who received something, and how much they have.",
    "time": "Years of messages, growth (natural logarithm, per year), relative traffic by hour (UTC) and from Monday.",
}


def written(shape: Shape, remarks: list[str]) -> str:
    """The file's text."""
    lines = [*(f"# {line}" for remark in remarks for line in remark.splitlines()), f'name = "{shape.name}"']
    for section, keys in _SECTIONS.items():
        lines += ["", f"# {_EXPLAINED[section]}", f"[{section}]"]
        lines += [
            f"{key} = {_toml(value)}"
            for key in keys
            if (value := getattr(shape.load if key in _LOAD else shape, key)) is not None
        ]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, Quantiles):
        pairs = zip(value.shares, value.values, strict=True)
        return "[\n" + "".join(f"    [{share:g}, {amount:g}],\n" for share, amount in pairs) + "]"
    if isinstance(value, tuple):
        return "[" + ", ".join(f"{one:.4g}" for one in value) + "]"
    return f"{value:.6g}" if value else "0.0"


def read_shape(path: Path) -> Shape:
    """A DatasetError says which key is wrong."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DatasetError(
            f"{path} is no readable shape file ({error}), so nothing was made; `chatbench profile` writes one"
        ) from None
    return shape_from(content, str(path))


def shape_from(content: Mapping[str, Any], source: str) -> Shape:
    name = content.get("name")
    if not isinstance(name, str) or not name.isidentifier():
        raise _wrong(source, "name", name, "a word of letters, digits and _")
    known = {"name", *_SECTIONS}
    for key in content:
        if key not in known:
            raise _wrong(source, key, "an unknown section", "one of: " + ", ".join(_SECTIONS))
    found: dict[str, Any] = {}
    for section, keys in _SECTIONS.items():
        table = content.get(section, {})
        for key, value in table.items() if isinstance(table, dict) else [("", table)]:
            if key not in keys:
                raise _wrong(source, f"{section}.{key}", value, "one of: " + ", ".join(keys))
            found[key] = _checked(source, f"{section}.{key}", key, value)
    load = LoadCurve(**{key: found.pop(key) for key in [*found] if key in _LOAD})
    if ("unread_share" in found) != ("unread_counts" in found):
        raise _wrong(source, "unread", "one key alone", "unread_share and unread_counts together")
    return Shape(name=name.lower(), load=load, **found)


def _checked(source: str, place: str, key: str, value: Any) -> Any:
    if key in _TABLES:
        return _quantiles(source, place, value, least=0.0 if key == "text_bytes" else 1.0)
    if key in _LISTS:
        if not _numbers(value, _LISTS[key]) or sum(value) <= 0:
            raise _wrong(source, place, value, f"{_LISTS[key]} numbers from 0, one of them above")
        return tuple(float(one) for one in value)
    least, most = {"bytes_per_character": (1.0, 4.0), "growth_per_year": (-20.0, 20.0)}.get(key, (0.0, 50.0))
    most = 1.0 if key in _SHARES or key.endswith("_per_message") else most
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise _wrong(source, place, value, f"a number from {least:g} to {most:g}")
    if value == 0 and key in ("users_per_message", "conversations_per_message", "years"):
        raise _wrong(source, place, value, "a number above 0")
    return float(value)


def _quantiles(source: str, place: str, value: Any, *, least: float) -> Quantiles:
    expected = f"pairs [share, value], both ascending, the shares from 0 to 1 and the values from {least:g}"
    if not isinstance(value, list) or len(value) < 2 or not all(_numbers(pair, 2) for pair in value):  # noqa: PLR2004
        raise _wrong(source, place, value, expected)
    shares, values = (tuple(float(one) for one in column) for column in zip(*value, strict=True))
    ascends = all(a <= b for column in (shares, values) for a, b in pairwise(column))
    if not ascends or (shares[0], shares[-1]) != (0.0, 1.0) or values[0] < least:
        raise _wrong(source, place, value, expected)
    return Quantiles(shares=shares, values=values)


def _numbers(value: Any, count: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) == count
        and all(isinstance(one, int | float) and not isinstance(one, bool) and one >= 0 for one in value)
    )


def _wrong(source: str, place: str, value: Any, expected: str) -> DatasetError:
    shown = repr(value) if len(repr(value)) < 60 else f"{repr(value)[:57]}..."  # noqa: PLR2004
    return DatasetError(f"{source}: {place} is {shown}, so nothing was made; it must be {expected}")


def as_content(shape: Shape) -> dict[str, Any] | None:
    """For a manifest, as the file's own tables; None: the built-in shape."""
    return None if shape == BUILT_IN else tomllib.loads(written(shape, []))
