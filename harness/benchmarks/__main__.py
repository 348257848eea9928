"""`make bench`: every benchmark in turn, a table on the terminal and runs/bench/bench.json."""

import argparse
import asyncio
import secrets
import tempfile
from dataclasses import asdict
from pathlib import Path

import orjson
from rich.table import Table

from datasets.manifest import Manifest
from datasets.shape import dataset
from harness.benchmarks.copying import copying
from harness.benchmarks.exposition import exposed_load, measured_server
from harness.benchmarks.observer import observer
from harness.benchmarks.pages import PageBench, pages
from harness.benchmarks.result import Result
from harness.benchmarks.seeding import forget, seeding
from harness.progress import console, step
from harness.seeding.databases import Mark, clone_database, drop_database
from harness.seeding.snapshots import Snapshot
from harness.stack.config import StackConfig
from harness.stack.stack import Stack, open_stack

_FILE = Path("runs/bench/bench.json")


async def _bench(*, quick: bool) -> list[Result]:
    # a home of its own: nothing that another run left can help; on disk, for /tmp may be memory
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as home:
        async with open_stack(StackConfig(home=Path(home))) as stack:
            return await _all(stack, quick=quick)


async def _all(stack: Stack, *, quick: bool) -> list[Result]:
    results: list[Result] = []
    with step("seed medium"):
        seeded, snapshot, manifest = await seeding(stack, "medium")
        results += seeded
    with step("copy messages"):
        results += await copying(stack, quick=quick)
    with step("newest pages"):
        results += await _pages(stack, snapshot, manifest, quick=quick)
    results.append(await measured_server(repeats=5 if quick else 15))
    await forget(stack, snapshot)
    if not quick:
        with step("seed large"):
            seeded, large, _ = await seeding(stack, "large")
            results += seeded
        await forget(stack, large)
    return results


async def _pages(stack: Stack, snapshot: Snapshot, manifest: Manifest, *, quick: bool) -> list[Result]:
    clone = f"chatbench_bench_{secrets.token_hex(4)}"
    await clone_database(stack.postgres.admin_dsn, snapshot.database, clone, Mark(role="bench"))
    try:
        bench = PageBench(
            dsn=stack.postgres.dsn(clone),
            redis=stack.redis.url(0),
            dataset=dataset("medium"),
            seconds=2 if quick else 6,
            repeats=2 if quick else 3,
        )
        exposed = [] if quick else [await exposed_load(bench)]
        return [*await pages(bench), *await observer(bench, manifest, variant="spec"), *exposed]
    finally:
        await drop_database(stack.postgres.admin_dsn, clone)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under two minutes, without `large`")
    results = asyncio.run(_bench(quick=parser.parse_args().quick))
    _FILE.parent.mkdir(parents=True, exist_ok=True)
    _FILE.write_bytes(orjson.dumps([asdict(result) for result in results], option=orjson.OPT_INDENT_2))
    table = Table(box=None, pad_edge=False)
    for column in ("benchmark", "value", "unit", "peer", "peer's value"):
        # a name that is cut off is nobody's
        table.add_column(column, overflow="fold", no_wrap=column == "benchmark")
    for result in results:
        peer_value = "" if result.peer_value is None else f"{result.peer_value:,.2f}"
        table.add_row(result.name, f"{result.value:,.2f}", result.unit, result.peer or "", peer_value)
    console.print(table)
    console.print(f"written to {_FILE}")


if __name__ == "__main__":
    main()
