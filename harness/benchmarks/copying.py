"""Messages generated and copied into the bare table, against `pgbench -i` on the same server."""

import re
import time
from statistics import median
from typing import Any

import asyncpg

from datasets.load import stream_messages
from datasets.messages import message_batches
from datasets.segments import segments
from datasets.shape import Dataset, dataset
from datasets.wire import encoded
from harness.benchmarks.pgbench import pgbench
from harness.benchmarks.result import Result
from harness.benchmarks.scratch import scratch_database
from harness.stack.stack import Stack
from reference_server.variant import load_variant

_REPEATS = 3
_PGBENCH_SCALE = 20
_ROWS_PER_SCALE = 100_000


async def copying(stack: Stack, *, quick: bool) -> list[Result]:
    """Rows/s of the whole path, and its COPY bytes/s against pgbench's."""
    data = dataset("small" if quick else "medium")
    bytes_per_row = _wire_bytes(data) / data.messages
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(_REPEATS):
        ours.append(await _rows_per_s(stack, data))
        theirs.append(await _pgbench_bytes_per_s(stack))
    rows_per_s = median(ours)
    ratio = median(mine * bytes_per_row / theirs_ for mine, theirs_ in zip(ours, theirs, strict=True))
    return [
        Result(name="copy_messages_rows_per_s", value=rows_per_s, unit="rows/s"),
        Result(
            name="copy_bytes_vs_pgbench",
            value=ratio,
            unit=f"ratio of COPY bytes/s (ours {rows_per_s * bytes_per_row / 1e6:.1f} MB/s)",
            peer="pgbench -i, bytes/s",
            peer_value=median(theirs),
        ),
    ]


def _wire_bytes(data: Dataset) -> int:
    """COPY bytes of the whole table, counted without a server."""
    return sum(
        len(chunk) for segment in segments(data) for chunk, _ in encoded("messages", message_batches(data, segment))
    )


async def _rows_per_s(stack: Stack, data: Dataset) -> float:
    async with scratch_database(stack) as dsn:
        connections: list[Any] = [await asyncpg.connect(dsn) for _ in range(2)]
        try:
            await connections[0].execute(load_variant("baseline").tables["messages"].text)
            started = time.perf_counter()
            rows = await stream_messages(data, connections[0], more=connections[1:])
            return rows / (time.perf_counter() - started)
        finally:
            for connection in connections:
                await connection.close()


async def _pgbench_bytes_per_s(stack: Stack) -> float:
    """`-I dtg`: tables and client-side data, no vacuum and no keys; its own clock times the data."""
    async with scratch_database(stack) as dsn:
        said = await pgbench(dsn, "-i", "-I", "dtg", "-s", str(_PGBENCH_SCALE))
    match = re.search(r"client-side generate ([\d.]+) s", said)
    if match is None:
        raise RuntimeError(f"pgbench -i told no generation time: {said[-300:]}")
    rows = _PGBENCH_SCALE * _ROWS_PER_SCALE
    # a line is aid, branch, balance 0 and an empty filler, with tabs and a newline
    line_bytes = sum(len(f"{n}\t{(n - 1) // _ROWS_PER_SCALE + 1}\t0\t\n") for n in range(1, rows + 1, 1_000)) * 1_000
    return line_bytes / float(match.group(1))
