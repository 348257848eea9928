"""Where a variant's choices come from: its line of parents, or several variants' differences put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from reference_server import variant_folders
from reference_server.errors import BrokenVariant
from reference_server.names import Names
from reference_server.variant_file import KINDS, Choices, Sources, VariantFile

#: (kind, slot) or (section, key) → option or value; in a difference, None is a choice that goes.
Flat = dict[tuple[str, str], Any]


def variants(folder: Path) -> list[str]:
    """The names of all variants, sorted: those that ship, and the folders that were told."""
    return sorted({*(path.stem for path in folder.glob("*.toml")), *variant_folders.told()})


@dataclass(frozen=True, kw_only=True, slots=True)
class Lineage:
    """What a name such as "spec" or "spec+hash16" chooses, before any .sql file is read."""

    #: Every file that has a say, root first.
    files: tuple[VariantFile, ...]
    flat: Mapping[tuple[str, str], Any]
    sources: Mapping[tuple[str, str], tuple[Path, str]]
    known_gaps: tuple[str, ...]
    names: Names

    def choices(self, kind: str) -> dict[str, Any]:
        """Slot → option of a kind, or key → value of a section."""
        return {name: value for (of, name), value in self.flat.items() if of == kind}


def trace(name: str, folder: Path) -> Lineage:
    """The lineage of a variant, or of a combination "first+other+…". Raises UnknownVariant, BrokenVariant."""
    known = variants(folder)
    for part in name.split("+"):
        variant_folders.require(part, known)
    first, *others = (_line(part, folder) for part in name.split("+"))
    changed_by: dict[tuple[str, str], tuple[str, Any]] = {}
    whole = first
    for other in others:
        shared = _common(first, other)
        _refuse_conflicts(first, other, shared, changed_by)
        whole = _with_differences(whole, other, shared)
    _refuse_in_shards(whole)
    return whole


def _refuse_in_shards(whole: Lineage) -> None:
    """What several databases cannot give."""
    routing = whole.choices("topology").get("routing", "none")
    if routing == "none":
        return
    if not whole.names.all_as_in_the_chat:
        raise BrokenVariant(
            next(file.path for file in whole.files if file.names is not None),
            "names",
            f"topology.routing is {routing!r}, and shards are filled under the chat's names only; expected "
            'routing = "none" with names of your own.',
        )
    if whole.choices("identifiers").get("messages") == "bigint":
        raise BrokenVariant(
            whole.files[-1].path,
            "identifiers.messages",
            f"topology.routing is {routing!r}, and each shard would count for itself, so that two messages had one "
            "number; expected uuid4 or uuid7 in shards.",
        )


def _line(name: str, folder: Path) -> Lineage:
    return _resolve(tuple(reversed(list(_parents(name, folder)))))


def _resolve(files: tuple[VariantFile, ...]) -> Lineage:
    """Apply the files to each other, root first."""
    choices: Choices = {kind: {} for kind in KINDS}
    sources: Sources = {}
    sections: Flat = {}
    for file in files:
        file.apply(choices, sources)
        sections |= {(name, key): value for name, table in file.sections.items() for key, value in table.items()}
    chosen: Flat = {(kind, slot): option for kind in KINDS for slot, option in choices[kind].items()}
    gaps = next((file.known_gaps for file in reversed(files) if file.known_gaps is not None), ())
    names = next((file.names for file in reversed(files) if file.names is not None), Names())
    return Lineage(files=files, flat=chosen | sections, sources=sources, known_gaps=gaps, names=names)


def _parents(name: str, folder: Path) -> Iterator[VariantFile]:
    """The variant's file, then its parent's, up to the root."""
    seen: list[str] = []
    next_name: str | None = name
    while next_name is not None:
        file = VariantFile.read(variant_folders.file_of(next_name, folder))
        seen.append(next_name)
        yield file
        next_name = None
        if file.extends is not None:
            next_name = variant_folders.named(file.extends, variants(folder), base=file.path.parent)
            _check_parent(file, next_name, seen, variants(folder))


def _check_parent(file: VariantFile, parent: str, seen: list[str], known: list[str]) -> None:
    if parent in seen:
        raise BrokenVariant(file.path, "extends", f"{' → '.join([*seen, parent])} is a circle; a root is expected.")
    if parent not in known:
        near = get_close_matches(parent, known, n=3) or known
        raise BrokenVariant(
            file.path, "extends", f"there is no variant {parent!r}; expected one such as {', '.join(near)}."
        )


def _common(first: Lineage, other: Lineage) -> Lineage:
    """The nearest ancestor that both have, themselves included."""
    names = {file.name for file in first.files}
    shared = tuple(file for file in other.files if file.name in names)
    _refuse_two_schemas(first, other)
    if not shared:
        raise BrokenVariant(
            other.files[-1].path,
            "extends",
            f"it shares no ancestor with {first.files[-1].name}; expected variants of one root in a combination.",
        )
    return _resolve(shared)


def _refuse_two_schemas(first: Lineage, other: Lineage) -> None:
    if not other.names.all_as_in_the_chat and first.names != other.names:
        raise BrokenVariant(
            other.files[-1].path,
            "names",
            f"{first.files[-1].name} calls tables or columns otherwise; expected the one with names of its own first.",
        )


def _difference(child: Lineage, ancestor: Lineage) -> Flat:
    gone: Flat = {place: None for place in ancestor.flat if place not in child.flat}
    return gone | {place: value for place, value in child.flat.items() if ancestor.flat.get(place) != value}


def _refuse_conflicts(
    first: Lineage, other: Lineage, shared: Lineage, changed_by: dict[tuple[str, str], tuple[str, Any]]
) -> None:
    """Raises BrokenVariant when an earlier one chose a place differently; notes what this one chose."""
    name = other.files[-1].name
    own = {place: (first.files[-1].name, value) for place, value in _difference(first, shared).items()} | changed_by
    for place, value in _difference(other, shared).items():
        earlier, chosen = own.get(place, (name, value))
        if chosen != value:
            words = [f"{who} {'removes it' if what is None else f'chooses {what!r}'}" for who, what in
                     ((earlier, chosen), (name, value))]  # fmt: skip
            raise BrokenVariant(
                other.files[-1].path,
                ".".join(place),
                f"{' and '.join(words)}; expected variants that change different things in one combination.",
            )
        changed_by[place] = (name, value)


def _with_differences(whole: Lineage, other: Lineage, shared: Lineage) -> Lineage:
    change = _difference(other, shared)
    flat = {**whole.flat, **change}
    given_up = [gap for gap in other.known_gaps if gap not in {*shared.known_gaps, *whole.known_gaps}]
    closed = set(shared.known_gaps) - set(other.known_gaps)
    return Lineage(
        files=(*whole.files, *(file for file in other.files if file not in whole.files)),
        flat={place: value for place, value in flat.items() if value is not None},
        sources={**whole.sources, **{place: other.sources[place] for place in change if place in other.sources}},
        known_gaps=(*(gap for gap in whole.known_gaps if gap not in closed), *given_up),
        names=whole.names,
    )
