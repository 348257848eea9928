"""Variants: one way to build and use the schema, read from a TOML file that names its parent and what it changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from reference_server.errors import BrokenVariant, UnknownVariant
from reference_server.variant_file import KINDS, VariantFile

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
class CachePolicy:
    """Which answers Redis keeps; False goes to PostgreSQL (presence lives nowhere else: then everybody is unknown)."""

    last_message: bool = True
    unread: bool = True
    presence: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """One way to build and use the schema."""

    name: str
    summary: str
    extends: str | None
    tables: Mapping[str, SqlFile]
    keys: Mapping[str, SqlFile]
    indexes: Mapping[str, SqlFile]
    constraints: Mapping[str, SqlFile]
    queries: Mapping[str, SqlFile]
    cache: CachePolicy
    #: Guarantees that this variant gives up by design, or that its original never gave.
    known_gaps: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change when anything built or asked changes; names and summaries do not count."""
        digest = hashlib.sha256(repr(self.cache).encode())
        for kind in KINDS:
            for slot, sql in sorted(getattr(self, kind).items()):
                digest.update(f"\0{kind}\0{slot}\0{sql.text}".encode())
        return digest.hexdigest()[:16]


def variants(folder: Path = VARIANTS) -> list[str]:
    """The names of all variants, sorted."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def load_variant(name: str, *, folder: Path = VARIANTS, sql: Path = SQL) -> Variant:
    """The variant of that name with everything it inherits. Raises UnknownVariant, BrokenVariant."""
    known = variants(folder)
    if name not in known:
        raise UnknownVariant(name, get_close_matches(name, known, n=3), known)
    lineage = list(_lineage(name, folder))
    choices: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    cache: dict[str, bool] = {}
    sources: dict[tuple[str, str], tuple[Path, str]] = {}
    for file in reversed(lineage):
        file.apply(choices, sources)
        cache |= _cache(file)
    files = {kind: _sql_files(kind, choices[kind], sources, sql) for kind in KINDS}
    own = lineage[0]
    gaps = next((file.known_gaps for file in lineage if file.known_gaps is not None), ())
    return Variant(
        name=name, summary=own.summary, extends=own.extends, cache=CachePolicy(**cache), known_gaps=gaps, **files
    )


def _lineage(name: str, folder: Path) -> Iterator[VariantFile]:
    """The variant's file, then its parent's, up to the root."""
    seen: list[str] = []
    next_name: str | None = name
    while next_name is not None:
        file = VariantFile.read(folder / f"{next_name}.toml")
        seen.append(next_name)
        yield file
        if file.extends is not None:
            _check_parent(file, seen, variants(folder))
        next_name = file.extends


def _check_parent(file: VariantFile, seen: list[str], known: list[str]) -> None:
    parent = str(file.extends)
    if parent in seen:
        raise BrokenVariant(file.path, "extends", f"{' → '.join([*seen, parent])} is a circle; a root is expected.")
    if parent not in known:
        near = get_close_matches(parent, known, n=3) or known
        raise BrokenVariant(
            file.path, "extends", f"there is no variant {parent!r}; expected one such as {', '.join(near)}."
        )


def _cache(file: VariantFile) -> dict[str, bool]:
    known = [field.name for field in fields(CachePolicy)]
    for key, value in file.cache.items():
        if key not in known:
            raise BrokenVariant(file.path, f"cache.{key}", f"unknown; expected one of {', '.join(known)}.")
        if not isinstance(value, bool):
            raise BrokenVariant(file.path, f"cache.{key}", f"{value!r} is not true or false.")
    return file.cache


def _sql_files(
    kind: str, chosen: Mapping[str, str], sources: Mapping[tuple[str, str], tuple[Path, str]], sql: Path
) -> Any:
    return {slot: _sql_file(sql / kind, slot, option, *sources[kind, slot]) for slot, option in chosen.items()}


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
