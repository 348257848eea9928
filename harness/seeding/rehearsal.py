"""Rehearsal: a whole schema and every statement of it on an empty database, in a transaction that is rolled back."""

import asyncpg

from reference_server.schema import whole
from reference_server.sql_errors import refused
from reference_server.statements import query_ids
from reference_server.variant import Variant

#: One month of partitions is enough to plan with.
_MONTH = "SET LOCAL chatbench.data_from = '2025-05-01'; SET LOCAL chatbench.data_to = '2025-05-31'"


async def rehearse(connection: asyncpg.Connection, variant: Variant) -> None:
    """A second, where rows would take minutes until the last statement is tried. Raises VariantError."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(_MONTH)
        for step in whole(variant):
            try:
                await connection.execute(step.text)
            except asyncpg.ActiveSQLTransactionError:
                # such as CREATE INDEX CONCURRENTLY: only the build itself can tell
                return
            except asyncpg.PostgresError as problem:
                raise refused(step, problem, so="so the schema was not built") from problem
        await query_ids(connection, variant)
    finally:
        await transaction.rollback()
