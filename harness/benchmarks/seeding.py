"""Datasets made and built into a variant from nothing: seconds, and the most memory that this process held."""

import resource
import shutil
import tempfile
import time
from pathlib import Path

from datasets.generate import generate
from datasets.manifest import Manifest
from datasets.shape import dataset
from harness.benchmarks.result import Result
from harness.seeding.databases import drop_database
from harness.seeding.snapshots import Snapshot, ensure_snapshot
from harness.stack.stack import Stack
from reference_server.variant import load_variant

_KIB = 1024


async def seeding(stack: Stack, size: str) -> tuple[list[Result], Snapshot, Manifest]:
    """Generate, copy, index, validate, vacuum. The snapshot stays for other benchmarks; the files go."""
    folder = Path(tempfile.mkdtemp(prefix="chatbench-bench-"))
    try:
        started = time.perf_counter()
        manifest = generate(dataset(size), folder)
        snapshot = await ensure_snapshot(
            stack.postgres, load_variant("spec"), manifest, folder, build="bench", progress=lambda _doing, _rows: None
        )
        seconds = time.perf_counter() - started
    finally:
        shutil.rmtree(folder)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB / 1e6
    return (
        [
            Result(name=f"seed_{size}_s", value=seconds, unit="s, generated and built in `spec`"),
            Result(name=f"seed_{size}_peak_mb", value=peak_mb, unit="MB resident at most, this process so far"),
        ],
        snapshot,
        manifest,
    )


async def forget(stack: Stack, snapshot: Snapshot) -> None:
    await drop_database(stack.postgres.admin_dsn, snapshot.database)
