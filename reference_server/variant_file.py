"""The grammar of a variant's TOML file: a root chooses everything, a child says what it adds, replaces and removes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from reference_server.errors import BrokenVariant
from reference_server.names import Names, names_from
from reference_server.own_sql import OwnSql, own_sql
from reference_server.variant_folders import FILE
from reference_server.variant_sections import SECTIONS, check_section

#: The kinds of choice, each a folder below sql/ and, in a root, a table of the TOML file.
KINDS = ("tables", "storage", "keys", "derived", "indexes", "constraints", "triggers", "queries")
#: What a variant may change. A bundle changes several on purpose; what is planted is a mistake to be found.
FACTORS = (
    "constraints",
    "page_index",
    "secondary_indexes",
    "conversation_list",
    "page_method",
    "partitioning",
    "identifiers",
    "media",
    "unread",
    "read_receipts",
    "bookkeeping",
    "soft_delete",
    "archive",
    "storage",
    "sharding",
    "replica",
    "cache",
    "fanout_transport",
    "durability",
    "bundle",
    "planted",
)
_EVERYWHERE = ("summary", "factor", "question", "source", "known_gaps", *SECTIONS)
_CHILD_ONLY = ("extends", "adds", "replaces", "removes")
#: What only a folder of the user's own can say: shipped variants are of the chat's own schema.
_FOLDER_ONLY = ("names",)

Choices = dict[str, dict[str, str]]
#: Where each choice was made: (kind, slot) → (file, key).
Sources = dict[tuple[str, str], tuple[Path, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class VariantFile:
    """One variant's file as written, its form checked."""

    path: Path
    summary: str
    #: Which one thing about its parent it changes: one of FACTORS.
    factor: str
    #: What a comparison with its parent answers.
    question: str
    #: The section of the schema report that it comes from, such as "§2.2"; empty for an idea of one's own.
    source: str
    extends: str | None
    adds: Mapping[str, Mapping[str, str]]
    replaces: Mapping[str, Mapping[str, str]]
    removes: Mapping[str, list[str]]
    #: Section → key → value, only what this file says.
    sections: Mapping[str, Mapping[str, Any]]
    #: None: as the parent's.
    known_gaps: tuple[str, ...] | None
    #: A schema's own names for the chat's; None: as the parent's.
    names: Names | None = None
    #: Kind → slot → a file beside this one.
    own: Mapping[str, Mapping[str, OwnSql]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> VariantFile:
        """Raises BrokenVariant for what the grammar does not allow."""
        raw = _toml(path)
        is_root = "extends" not in raw
        is_folder = path.name == FILE
        known = (*_EVERYWHERE, *(KINDS if is_root else _CHILD_ONLY), *(_FOLDER_ONLY if is_folder else ()))
        _check_keys(path, "", raw, known)
        gaps = raw.get("known_gaps")
        own = {kind: raw[kind] for kind in KINDS if kind in raw} if is_root else raw.get("adds", {})
        return cls(
            path=path,
            summary=_sentence(path, "summary", raw, "one sentence that says what this variant is"),
            factor=_factor(path, raw),
            question=_sentence(path, "question", raw, "the question that comparing it with its parent answers"),
            source=_sentence(path, "source", {"source": "—"} | raw, "a section of the schema report").strip("—"),
            extends=_sentence(path, "extends", raw, "the name of a variant") if "extends" in raw else None,
            adds=_choices(path, own, "" if is_root else "adds."),
            replaces=_choices(path, raw.get("replaces", {}), "replaces."),
            removes=_removals(path, raw.get("removes", {})),
            sections=_sections(path, raw),
            known_gaps=None if gaps is None else tuple(_names(path, "known_gaps", gaps)),
            names=names_from(path, raw["names"]) if "names" in raw else None,
            own=own_sql(path.parent, KINDS) if is_folder else {},
        )

    @property
    def name(self) -> str:
        return self.path.parent.name if self.path.name == FILE else self.path.stem

    def apply(self, choices: Choices, sources: Sources) -> None:
        """Change the parent's choices into this variant's, remembering where each was made."""
        prefix = "" if self.extends is None else "adds."
        for kind, slots in self.removes.items():
            for slot in slots:
                self._known(kind, slot, choices, f"removes.{kind}")
                del choices[kind][slot]
        for kind, options in self.replaces.items():
            for slot, option in options.items():
                self._known(kind, slot, choices, f"replaces.{kind}.{slot}")
                choices[kind][slot] = option
                sources[kind, slot] = (self.path, f"replaces.{kind}.{slot}")
        for kind, options in self.adds.items():
            for slot, option in options.items():
                key = f"{prefix}{kind}.{slot}"
                if slot in choices[kind]:
                    raise BrokenVariant(self.path, key, f"the parent has {slot!r} already; expected it under replaces.")
                choices[kind][slot] = option
                sources[kind, slot] = (self.path, key)
        for kind, files in self.own.items():
            for slot, file in files.items():
                choices[kind][slot] = file
                sources[kind, slot] = (file.path, "(this file)")

    def _known(self, kind: str, slot: str, choices: Choices, key: str) -> None:
        if slot not in choices[kind]:
            raise BrokenVariant(self.path, key, f"the parent has no {slot!r}; expected {_near(slot, choices[kind])}.")


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BrokenVariant(path, "(whole file)", f"expected TOML: {problem}") from problem


def _sentence(path: Path, key: str, raw: Mapping[str, Any], expected: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip():
        raise BrokenVariant(path, key, f"{'missing' if value is None else repr(value)}; expected {expected}.")
    return value


def _factor(path: Path, raw: Mapping[str, Any]) -> str:
    factor = _sentence(path, "factor", raw, f"the one factor that it changes, {_near('', FACTORS)}")
    if factor not in FACTORS:
        raise BrokenVariant(path, "factor", f"there is no factor {factor!r}; expected {_near(factor, FACTORS)}.")
    return factor


def _near(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    return f"one such as {', '.join(get_close_matches(name, names, n=3) or names) or '(there are none)'}"


def _check_keys(path: Path, prefix: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            raise BrokenVariant(path, f"{prefix}{key}", f"unknown key; expected {_near(key, known)}.")


def _table(path: Path, key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BrokenVariant(path, key, f"expected a table, not {value!r}.")
    return value


def _sections(path: Path, raw: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found = {section: _table(path, section, raw[section]) for section in SECTIONS if section in raw}
    for section, table in found.items():
        check_section(path, section, table)
    return found


def _choices(path: Path, value: Any, prefix: str) -> dict[str, dict[str, str]]:
    kinds = _table(path, prefix.rstrip("."), value)
    _check_keys(path, prefix, kinds, KINDS)
    for kind, options in kinds.items():
        for slot, option in _table(path, f"{prefix}{kind}", options).items():
            if not isinstance(option, str):
                raise BrokenVariant(
                    path, f"{prefix}{kind}.{slot}", f"expected the name of an option in quotes, not {option!r}."
                )
    return kinds


def _removals(path: Path, value: Any) -> dict[str, list[str]]:
    kinds = _table(path, "removes", value)
    _check_keys(path, "removes.", kinds, KINDS)
    return {kind: _names(path, f"removes.{kind}", slots) for kind, slots in kinds.items()}


def _names(path: Path, key: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise BrokenVariant(path, key, f"expected a list of names in quotes, not {value!r}.")
    return value
