"""`make check`'s look at the statements: those of each variant plan on its empty schema, and no two share a queryid.

Two that share one are one line in pg_stat_statements, and their figures could never be told apart.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from harness.seeding.databases import Mark, create_database
from harness.seeding.rehearsal import rehearse
from harness.stack.config import StackConfig
from harness.stack.stack import Stack, open_stack
from reference_server.errors import VariantError
from reference_server.variant import load_variant, variants

#: Planning alone: nothing here has to survive.
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "32MB"}


async def check_statements(dsn: str, names: Sequence[str]) -> list[str]:
    """What is wrong, a sentence each; each variant is built and rolled back."""
    # a cached statement would keep the types that another variant's columns had
    connection = await asyncpg.connect(dsn, statement_cache_size=0)
    try:
        return [problem for name in names if (problem := await _problem(connection, name))]
    finally:
        await connection.close()


async def _problem(connection: asyncpg.Connection, name: str) -> str | None:
    try:
        await rehearse(connection, load_variant(name))
    except (VariantError, asyncpg.PostgresError) as error:
        return f"{name}: {error}"
    return None


async def _side_by_side(stack: Stack, names: Sequence[str]) -> list[str]:
    """A database for each half: names of tables would collide in one."""
    await create_database(stack.postgres.admin_dsn, "chatbench_check", Mark(role="check"))
    databases = (stack.postgres.admin_dsn, stack.postgres.dsn("chatbench_check"))
    halves = [check_statements(dsn, names[place::2]) for place, dsn in enumerate(databases)]
    return sorted(problem for half in await asyncio.gather(*halves) for problem in half)


async def _main() -> int:
    # /tmp may be closed to the servers' account, as the home of a user is
    with tempfile.TemporaryDirectory(prefix=".check-", dir=Path.cwd()) as home:
        async with open_stack(StackConfig(home=Path(home), settings=_QUICK)) as stack:
            names = variants()
            problems = await _side_by_side(stack, names)
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    if not problems:
        sys.stdout.write(f"Statements of {len(names)} variants plan, and none shares a queryid with another.\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_main()))
