"""pgbench of the embedded PostgreSQL: the peer that every driver of PostgreSQL is measured against."""

import asyncio

from harness.stack.accounts import server_account
from harness.stack.binaries import postgres_programs


async def pgbench(dsn: str, *arguments: str) -> str:
    """What it said on both streams; a failure is a RuntimeError with it."""
    process = await asyncio.create_subprocess_exec(
        str(postgres_programs(server_account()) / "pgbench"),
        *arguments,
        dsn,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"pgbench failed: {said.decode()[-500:]}")
    return said.decode()
