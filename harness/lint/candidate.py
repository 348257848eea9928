"""A candidate: an index that the plans leave something to, with what it should do and what it costs."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from harness.lint.names import sql_name
from harness.lint.query_shape import SortKey

_NAME_LETTERS = 63


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One index to try; nothing here makes it."""

    table: str
    keys: tuple[SortKey, ...]
    #: As WHERE says it; None for a whole index.
    predicate: str | None
    #: Operation → what its plan does now, and what it should do with the index.
    gains: Mapping[str, str]
    #: Existing indexes that it makes needless.
    replaces: tuple[str, ...] = ()
    #: About how large; None where the statistics do not say.
    bytes: int | None = None

    @property
    def name(self) -> str:
        """Of at most 63 letters, as PostgreSQL has it."""
        ending = "_partial" if self.predicate else ""
        whole = "_".join([self.table, *(key.column for key in self.keys)])
        return re.sub(r"[^a-z0-9_]", "_", whole.lower())[: _NAME_LETTERS - len(ending)] + ending

    @property
    def sql(self) -> str:
        return self._create("CREATE INDEX")

    @property
    def concurrent_sql(self) -> str:
        """For a live database: it lets writers go on."""
        return self._create("CREATE INDEX CONCURRENTLY")

    def _create(self, what: str) -> str:
        where = f" WHERE {self.predicate}" if self.predicate else ""
        return f"{what} {self.name} ON {sql_name(self.table)} ({', '.join(key.sql for key in self.keys)}){where};"

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "name": self.name, "sql": self.sql, "keys": [key.sql for key in self.keys]}
