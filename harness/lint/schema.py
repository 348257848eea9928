"""A schema as its catalog and its statistics describe it: what the rules look at, without any I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column, with what ANALYZE found in it."""

    name: str
    type: str
    not_null: bool
    #: Distinct values; None before ANALYZE, or where the user may not read the column.
    distinct: float | None = None
    #: Of rows.
    null_share: float | None = None
    #: Mean bytes of a value.
    width_bytes: int | None = None
    #: Values as PostgreSQL writes them, with their share of the rows, the most common first.
    common: tuple[tuple[str, float], ...] = ()
    #: Bounds of buckets that hold equally many of the other rows.
    histogram: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table; partitions are summed up under the topmost parent."""

    #: With its schema, unless that is public.
    name: str
    #: As last estimated; None before ANALYZE.
    rows: float | None
    bytes: int
    #: Scans of any kind since the counters began.
    scans: int
    columns: Mapping[str, Column] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """An index; those of partitions are summed up under the topmost parent's."""

    name: str
    table: str
    method: str
    #: Each key as PostgreSQL writes it, with the digits of its order and its operator class.
    keys: tuple[str, ...]
    #: Each key's column; None where the key is an expression.
    columns: tuple[str | None, ...]
    #: Whether each key runs downwards.
    descending: tuple[bool, ...]
    included: tuple[str, ...] = ()
    predicate: str | None = None
    is_unique: bool = False
    #: A primary key, a unique or an exclusion constraint stands on it.
    is_constraint: bool = False
    is_valid: bool = True
    #: CREATE INDEX CONCURRENTLY is at it now.
    is_building: bool = False
    bytes: int = 0
    entries: float | None = None
    fill_factor: int = 90
    scans: int = 0
    definition: str = ""
    #: Operations whose plan reads it.
    planned_by: tuple[str, ...] = ()

    @property
    def shape(self) -> dict[str, object]:
        """As harness.evidence.index_shapes compares them."""
        return {
            "table": self.table,
            "method": self.method,
            "is_unique": self.is_unique,
            "keys": list(self.keys),
            "included": list(self.included),
            "predicate": self.predicate,
        }

    def leads_with(self, columns: tuple[str, ...]) -> bool:
        """Whether its first keys are these columns, in any order."""
        return set(self.columns[: len(columns)]) == set(columns)


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignKey:
    """A reference from one table to another."""

    name: str
    table: str
    columns: tuple[str, ...]
    referenced: str
    #: What a deletion of the referenced row does: "CASCADE", "SET NULL", "NO ACTION" …
    on_delete: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Schema:
    """Everything that was read, at one moment."""

    read_at: datetime
    #: When the counters of scans began; None: never reset, so since the database was made or the server last crashed.
    counted_since: datetime | None
    tables: Mapping[str, Table]
    indexes: tuple[Index, ...]
    foreign_keys: tuple[ForeignKey, ...]

    @property
    def counted_for(self) -> timedelta | None:
        return None if self.counted_since is None else self.read_at - self.counted_since

    def indexes_of(self, table: str) -> list[Index]:
        """The usable ones."""
        return [index for index in self.indexes if index.table == table and index.is_valid]
