"""The newest page through asyncpg and nothing else: a closed loop on each connection. Prints pages per second."""

import asyncio
import os
import sys
import time

import asyncpg
import uvloop


async def _pages_per_s(sql: str, conversation: str, member: str, limit: int, connections: int, seconds: float) -> float:
    opened = [await asyncpg.connect(os.environ["CHATBENCH_POSTGRES"]) for _ in range(connections)]
    stop = time.perf_counter() + seconds
    count = 0

    async def loop(connection: asyncpg.Connection) -> None:
        nonlocal count
        while time.perf_counter() < stop:
            await connection.fetch(sql, conversation, member, limit)
            count += 1

    await asyncio.gather(*(loop(connection) for connection in opened))
    for connection in opened:
        await connection.close()
    return count / seconds


if __name__ == "__main__":
    _sql, _conversation, _member, _limit, _connections, _seconds = sys.argv[1:]
    rate = uvloop.run(_pages_per_s(_sql, _conversation, _member, int(_limit), int(_connections), float(_seconds)))
    sys.stdout.write(f"{rate}\n")
