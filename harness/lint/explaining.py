"""Explaining: the plan of each operation, in a read-only transaction; only SELECTs are executed, and only if asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson

from harness.evidence.plan_capture import literal
from harness.evidence.plan_tree import tree_of
from harness.evidence.sql_files import sql
from harness.lint.errors import MappingError
from harness.lint.mapping import Operation
from harness.lint.plan import Plan
from harness.lint.reading import rolled_back
from harness.lint.sampling import sampled
from harness.lint.schema import Table


@dataclass(kw_only=True, slots=True)
class Explained:
    """The plans, and of which operations there is none, with the reason."""

    plans: list[Plan] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def explain(
    connection: asyncpg.Connection, operations: Sequence[Operation], tables: Mapping[str, Table], *, analyze: bool
) -> Explained:
    """Custom plans: made for the values, as a first execution's is."""
    found, unexecuted = Explained(), []
    roots = {row["leaf"]: row["root"] for row in await connection.fetch(sql("partition_roots"))}
    for operation in operations:
        executes = analyze and operation.only_reads
        try:
            async with rolled_back(connection):
                found.plans.append(await _plan(connection, operation, tables, roots, executes=executes))
        except (asyncpg.PostgresError, MappingError) as error:
            found.notes.append(f"{operation.name}: no plan, {error}")
            continue
        if analyze and not executes:
            unexecuted.append(operation.name)
    if unexecuted:
        found.notes.append(f"explained and not executed, since they write or lock rows: {', '.join(unexecuted)}")
    return found


async def _plan(
    connection: asyncpg.Connection,
    operation: Operation,
    tables: Mapping[str, Table],
    roots: Mapping[str, str],
    *,
    executes: bool,
) -> Plan:
    # PREPARE finds the parameters' types; it goes with the session
    kinds = [kind.name for kind in (await connection.prepare(operation.sql)).get_parameters()]
    values = sampled(operation, len(kinds), tables) if operation.parameters is None else operation.parameters
    if len(values) != len(kinds):
        raise MappingError(
            f"operation {operation.name}", "parameters", f"{len(values)} given", f"{len(kinds)}, one for each of its $n"
        )
    await connection.execute("DEALLOCATE ALL")
    # fetch, since the extended protocol takes one statement only
    await connection.fetch(f"PREPARE audited AS {operation.sql}")
    await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
    arguments = ", ".join(literal(value, kind) for value, kind in zip(values, kinds, strict=True))
    options = "ANALYZE, BUFFERS, FORMAT JSON" if executes else "FORMAT JSON"
    execute = "EXECUTE audited" + (f"({arguments})" if arguments else "")
    told = orjson.loads(await connection.fetchval(f"EXPLAIN ({options}) {execute}"))[0]
    return _told(operation, told, roots)


def _told(operation: Operation, told: Mapping[str, Any], roots: Mapping[str, str]) -> Plan:
    tree = tree_of(told["Plan"], roots)
    return Plan(
        operation=operation.name,
        sql=operation.sql,
        tree=tree,
        cost=told["Plan"]["Total Cost"],
        execution_ms=told.get("Execution Time"),
        blocks=tree.get("blocks"),
    )
