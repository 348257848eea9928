"""Variants: one way to build and use the schema, read from a TOML file that names its parent and what it changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from reference_server import variant_folders, variant_lineage
from reference_server.errors import BrokenSql, BrokenVariant, CannotRename
from reference_server.names import Names, in_own_names
from reference_server.own_sql import OwnSql
from reference_server.variant_file import KINDS, VariantFile
from reference_server.variant_sections import (
    SECTIONS,
    CachePolicy,
    Durability,
    Fanout,
    Identifiers,
    Policy,
    Topology,
)

VARIANTS = Path(__file__).parent / "variants"
SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True, kw_only=True, slots=True)
class SqlFile:
    """One option of one choice: a .sql file."""

    #: The choice: a table, an index, a constraint or a query slot such as "send/insert".
    name: str
    path: Path
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One variant on the way from the root, and what it changes."""

    name: str
    factor: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """One way to build and use the schema."""

    #: As asked for: "spec", or a combination such as "spec+hash16".
    name: str
    summary: str
    #: What a comparison with its parent answers.
    question: str
    #: The section of the schema report that it comes from; empty for an idea of one's own.
    source: str
    extends: str | None
    #: Root first: each variant that it is made of, with the factor that one changes.
    steps: tuple[Step, ...]
    tables: Mapping[str, SqlFile]
    storage: Mapping[str, SqlFile]
    keys: Mapping[str, SqlFile]
    derived: Mapping[str, SqlFile]
    indexes: Mapping[str, SqlFile]
    constraints: Mapping[str, SqlFile]
    triggers: Mapping[str, SqlFile]
    queries: Mapping[str, SqlFile]
    identifiers: Identifiers
    fanout: Fanout
    durability: Durability
    topology: Topology
    policy: Policy
    cache: CachePolicy
    #: Guarantees that this variant gives up by design, or that its original never gave.
    known_gaps: tuple[str, ...]
    #: The TOML file that was read first for it.
    file: Path = VARIANTS
    #: What the schema calls the chat's tables and columns; the SQL above is in these names already.
    names: Names = field(default_factory=Names)

    @property
    def factors(self) -> tuple[str, ...]:
        """What separates it from its root, in order, each once."""
        return tuple(dict.fromkeys(step.factor for step in self.steps[1:]))

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change when anything built or asked changes; names and summaries do not count."""
        digest = hashlib.sha256(repr([getattr(self, section) for section in SECTIONS]).encode())
        if not self.names.all_as_in_the_chat:
            digest.update(repr(self.names).encode())
        for kind in KINDS:
            for slot, sql in sorted(getattr(self, kind).items()):
                digest.update(f"\0{kind}\0{slot}\0{sql.text}".encode())
        return digest.hexdigest()[:16]


def variants(folder: Path = VARIANTS) -> list[str]:
    """The names of all variants, sorted."""
    return variant_lineage.variants(folder)


def load_variant(name: str, *, folder: Path = VARIANTS, sql: Path = SQL) -> Variant:
    """The variant of that name with everything it inherits, or a combination of several.

    In "spec+hash16+uuid7" the first is complete; of each further one come its differences from the nearest ancestor
    that it shares with the first. A part may be the path of a folder with a variant.toml, whose name it then has.
    Raises UnknownVariant, NoVariantFolder, BrokenVariant.
    """
    name = variant_folders.named(name, variants(folder))
    lineage = variant_lineage.trace(name, folder)
    own = [next(file for file in lineage.files if file.name == part) for part in name.split("+")]
    files: dict[str, Any] = {
        kind: _sql_files(kind, lineage.choices(kind), lineage.sources, sql, lineage.names) for kind in KINDS
    }
    sections: dict[str, Any] = {key: record(**lineage.choices(key)) for key, record in SECTIONS.items()}
    return Variant(
        name=name,
        summary=" + ".join(file.summary for file in own),
        question=" ".join(file.question for file in own),
        source=", ".join(dict.fromkeys(file.source for file in own if file.source)),
        extends=_parent(own[0], folder) if len(own) == 1 else own[0].name,
        steps=tuple(Step(name=file.name, factor=file.factor) for file in lineage.files),
        known_gaps=lineage.known_gaps,
        file=own[0].path,
        names=lineage.names,
        **files,
        **sections,
    )


def factors_between(one: Variant, other: Variant) -> tuple[str, ...]:
    """The factors in which two variants differ: those of every step that only one of them took, each once."""
    steps = [step for step in one.steps if step not in other.steps]
    return tuple(dict.fromkeys(step.factor for step in [*steps, *(s for s in other.steps if s not in one.steps)]))


def _parent(file: VariantFile, folder: Path) -> str | None:
    return file.extends and variant_folders.named(file.extends, variants(folder), base=file.path.parent)


def canonical_name(name: str, *, base: Path | None = None) -> str:
    """The name that a variant has everywhere, of a name or of the path of a folder, relative to `base`."""
    return variant_folders.named(name, variants(), base=base)


def _sql_files(
    kind: str,
    chosen: Mapping[str, str],
    sources: Mapping[tuple[str, str], tuple[Path, str]],
    sql: Path,
    names: Names,
) -> dict[str, SqlFile]:
    found = {}
    for slot, option in chosen.items():
        if isinstance(option, OwnSql):
            found[slot] = SqlFile(name=slot, path=option.path, text=option.path.read_text(encoding="utf-8"))
        else:
            shipped = _sql_file(sql / kind, slot, option, *sources[kind, slot])
            found[slot] = shipped if names.all_as_in_the_chat else _in_own_names(shipped, f"{kind}/{slot}", names)
    return found


def _in_own_names(shipped: SqlFile, place: str, names: Names) -> SqlFile:
    try:
        return replace(shipped, text=in_own_names(shipped.text, names))
    except CannotRename as refused:
        raise BrokenSql(
            shipped.path,
            refused.line,
            f"this cannot be said in the names of your schema: {refused.problem}",
            f"Write it in your own names as {place}.sql beside variant.toml, or remove it there.",
        ) from refused


def _sql_file(folder: Path, slot: str, option: str, file: Path, key: str) -> SqlFile:
    path = folder / slot / f"{option}.sql"
    if path.is_file() and path.parent.resolve().is_relative_to(folder.resolve()):
        return SqlFile(name=slot, path=path, text=path.read_text(encoding="utf-8"))
    options = sorted(sibling.stem for sibling in (folder / slot).glob("*.sql"))
    if options:
        near = get_close_matches(option, options, n=3) or options
        raise BrokenVariant(file, key, f"there is no option {option!r}; expected one such as {', '.join(near)}.")
    slots = sorted({str(found.parent.relative_to(folder)) for found in folder.rglob("*.sql")})
    near = get_close_matches(slot, slots, n=3) or slots
    raise BrokenVariant(file, key, f"there is no choice {slot!r}; expected one such as {', '.join(near)}.")
