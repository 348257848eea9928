"""Seeded: the data and snapshot of a test, made now where they are missing, with the status telling how far it is."""

import asyncio
import threading
from pathlib import Path

from datasets.generate import generate
from datasets.manifest import Manifest
from datasets.names import find_dataset, folder_of
from datasets.shape import Dataset
from harness.seeding.building import Server
from harness.seeding.snapshots import Snapshot, ensure_snapshot, no_snapshot
from harness.ui.choices import Choices
from harness.ui.status import PREPARING, Status
from reference_server.variant import load_variant


async def seeded(choices: Choices, server: Server, *, home: Path, status: Status) -> tuple[Manifest, Snapshot]:
    wanted = find_dataset(choices.dataset, seed=choices.dataset_seed, home=home)
    folder = folder_of(wanted, home)
    status.enter(PREPARING, f"Looking for {choices.variant} on {choices.dataset} …")
    manifest = await _generated(
        wanted, folder, _Progress(status, f"Generating the dataset {wanted.name}", wanted.messages)
    )
    if choices.is_remote:
        return manifest, no_snapshot(choices.variant)
    built = _Progress(status, f"Seeding {choices.variant} on {choices.dataset}", sum(manifest.rows.values()))
    variant = load_variant(choices.variant)
    return manifest, await ensure_snapshot(server, variant, manifest, folder, build="a", progress=built.doing)


async def _generated(wanted: Dataset, folder: Path, made: "_Progress") -> Manifest:
    """A thread cannot be cancelled, and two must not write one folder: it is told to end, and waited for."""
    is_unwanted = threading.Event()

    def rows(count: int) -> None:
        if is_unwanted.is_set():
            raise _Unwanted
        if count < wanted.messages:  # files that are there already are told in one piece
            made.doing("", count)

    work = asyncio.ensure_future(asyncio.to_thread(generate, wanted, folder, rows))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        is_unwanted.set()
        await asyncio.gather(work, return_exceptions=True)
        raise


class _Unwanted(Exception):  # noqa: N818 - nobody hears it
    """The test was stopped."""


class _Progress:
    """Rows done become the status's share, from the first on: what is there already is not made."""

    def __init__(self, status: Status, text: str, total: int) -> None:
        self._status, self._text, self._total, self._done = status, text, total, 0

    def doing(self, doing: str, rows: int) -> None:
        self._done += rows
        share = min(self._done / self._total, 1.0) if self._total else None
        shown = f": {doing}" if doing else " …"
        self._status.enter(PREPARING, f"{self._text}{shown}", share, step=self._text)
