"""An audit: one schema's lint, its operations' plans and the indexes to try, without writing anything."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import asyncpg

from harness.lint.candidate import Candidate
from harness.lint.candidates import candidates
from harness.lint.explaining import explain
from harness.lint.finding import Finding
from harness.lint.linting import lint
from harness.lint.mapping import Operation
from harness.lint.plan import Plan
from harness.lint.reading import read_only, read_schema
from harness.lint.rules.unused import age
from harness.lint.schema import Schema
from harness.lint.snippet import Snippet, snippets
from harness.stack.address import without_password


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """Everything that is told of one schema."""

    #: Where it is, without a password.
    address: str
    server: str
    schema: Schema
    findings: list[Finding]
    plans: list[Plan]
    candidates: list[Candidate]
    #: What could not be told, with the reason.
    notes: list[str]
    #: The variant that is the audited schema.
    extends: str = "baseline"

    @property
    def counted_for(self) -> str:
        return age(self.schema.counted_for)

    def tried(self) -> list[tuple[Candidate, Snippet]]:
        """Each candidate with its variant."""
        return list(zip(self.candidates, snippets(self.candidates, self.extends), strict=True))

    def as_dict(self) -> dict[str, Any]:
        tables = {
            name: {"rows": table.rows, "bytes": table.bytes, "scans": table.scans}
            for name, table in self.schema.tables.items()
        }
        return {
            "schema_version": 1,
            "address": self.address,
            "server": self.server,
            "read_at": self.schema.read_at.isoformat(),
            "counted_since": self.schema.counted_since and self.schema.counted_since.isoformat(),
            "tables": tables,
            "indexes": len(self.schema.indexes),
            "findings": [finding.as_dict() for finding in self.findings],
            "plans": [plan.as_dict() for plan in self.plans],
            "candidates": [one.as_dict() | {"variant": made.as_dict()} for one, made in self.tried()],
            "notes": self.notes,
        }


async def audit(address: str, operations: Sequence[Operation] = (), *, analyze: bool = False) -> Audit:
    """Of the database that the address names. Raises EnvironmentFailed, AuditError."""
    async with read_only(address) as connection:
        schema = await read_schema(connection, address)
        explained = await explain(connection, operations, schema.tables, analyze=analyze)
        server = await connection.fetchval("SHOW server_version")
        notes = [*await _missing_rights(connection, schema), *explained.notes]
    schema = _with_plans(schema, explained.plans)
    return Audit(
        address=without_password(address),
        server=f"PostgreSQL {server}",
        schema=schema,
        findings=lint(schema),
        plans=explained.plans,
        candidates=candidates(explained.plans, schema),
        notes=notes,
    )


def _with_plans(schema: Schema, plans: Sequence[Plan]) -> Schema:
    """Each index with the operations that read it."""
    used = [(plan.operation, plan.indexes) for plan in plans]
    planned = {
        index.name: tuple(name for name, indexes in used if index.name.rpartition(".")[2] in indexes)
        for index in schema.indexes
    }
    return replace(schema, indexes=tuple(replace(one, planned_by=planned[one.name]) for one in schema.indexes))


async def _missing_rights(connection: asyncpg.Connection, schema: Schema) -> list[str]:
    """What the rules could not see, since a user who may not read a column is not told its statistics."""
    notes = []
    blind = [
        name
        for name, table in schema.tables.items()
        if table.rows and all(column.width_bytes is None for column in table.columns.values())
    ]
    if blind:
        notes.append(
            f"no statistics of {', '.join(blind)}: selectivity, bloat and sample values are unknown there "
            "(ANALYZE them, or GRANT pg_read_all_data)"
        )
    unknown = [name for name, table in schema.tables.items() if table.rows is None]
    if unknown:
        notes.append(f"never analysed: {', '.join(unknown)}, so their rows are unknown (ANALYZE)")
    if await connection.fetchval("SELECT pg_is_in_recovery()"):
        notes.append("a standby: its counters of scans are its own, the primary's may differ")
    return notes
