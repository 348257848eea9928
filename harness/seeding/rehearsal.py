"""Rehearsal: a whole schema and every statement of it on an empty database, in a transaction that is rolled back."""

from collections.abc import Sequence

import asyncpg

from harness.seeding.own_tables import check_tables
from reference_server.foreign import takes_writes
from reference_server.schema import before_load, from_keys_on
from reference_server.sql_errors import refused
from reference_server.statements import query_ids
from reference_server.variant import SqlFile, Variant

#: One month of partitions is enough to plan with.
_MONTH = "SET LOCAL chatbench.data_from = '2025-05-01'; SET LOCAL chatbench.data_to = '2025-05-31'"


async def rehearse(connection: asyncpg.Connection, variant: Variant) -> None:
    """A second, where rows would take minutes until the last statement is tried. Raises VariantError."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(_MONTH)
        await _build(connection, before_load(variant), variant)
        if takes_writes(variant):
            # names that disagree with the tables, before SQL stumbles over them
            await check_tables(connection, variant)
        await _build(connection, from_keys_on(variant), variant)
        await query_ids(connection, variant)
    except asyncpg.ActiveSQLTransactionError:
        # such as CREATE INDEX CONCURRENTLY: only the build itself can tell
        return
    finally:
        await transaction.rollback()


async def _build(connection: asyncpg.Connection, steps: Sequence[SqlFile], variant: Variant) -> None:
    for step in steps:
        try:
            await connection.execute(step.text)
        except asyncpg.ActiveSQLTransactionError:
            raise
        except asyncpg.PostgresError as problem:
            raise refused(step, problem, so="so the schema was not built", variant=variant) from problem
