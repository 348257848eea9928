"""Replayed: a standby for a variant that reads from one, of which every commit waits until the standby shows it.

What a check writes it reads back at once. In production such a read may miss what lags; how often is measured by trials
(`own_writes`). Here the answers themselves are in question, so commits wait for the replay (`remote_apply`).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from harness.covariates.lag import caught_up
from harness.stack.replica import SLOT
from harness.stack.stack import Stack
from harness.verify.errors import CouldNotRun
from reference_server.variant import Variant

_FOLLOW_S = 60.0
_WAITING = "synchronous_commit=remote_apply"


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where a variant's statements go."""

    dsn: str
    #: None: the variant reads from no standby, or chatbench cannot start one beside a server that is not its own.
    replica: str | None = None


@asynccontextmanager
async def replayed(stack: Stack, variant: Variant, clone: str) -> AsyncIterator[Places]:
    """The clone's DSN, and its standby's where the variant reads from one."""
    dsn = stack.postgres.dsn(clone)
    if not variant.topology.replica or stack.replica is None:
        yield Places(dsn=dsn)
        return
    async with stack.replica.running() as standby:
        try:
            await _set(stack, f"ALTER SYSTEM SET synchronous_standby_names = '{SLOT}'")
            if not await caught_up(stack.postgres.admin_dsn, standby.admin_dsn, within_s=_FOLLOW_S):
                raise CouldNotRun(f"the replica did not follow its primary within {_FOLLOW_S:.0f} s")
            yield Places(dsn=f"{dsn}&{_WAITING}", replica=standby.dsn(clone))
        finally:
            # before the standby goes: a commit that waits for it would wait for ever
            await _set(stack, "ALTER SYSTEM RESET synchronous_standby_names")


async def _set(stack: Stack, statement: str) -> None:
    connection = await asyncpg.connect(stack.postgres.admin_dsn)
    try:
        await connection.execute(statement)
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()
