"""Write a dataset's Parquet files and, last, its manifest."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from datasets.columns import SCHEMAS
from datasets.errors import DatasetError
from datasets.imported import Imported
from datasets.manifest import NAME, DeepCursor, Manifest, fingerprint
from datasets.messages import BATCH_ROWS, message_batches
from datasets.segments import segments
from datasets.shape import Dataset
from datasets.strata import deep_cursors, strata
from datasets.tables import blocks_table, conversations_table, users_table
from datasets.totals import Totals

#: of Parquet per message, all tables together, with some air
BYTES_PER_MESSAGE = 240

Progress = Callable[[int], None]


def generate(dataset: Dataset, folder: Path, progress: Progress | None = None) -> Manifest:
    """Make the files unless the folder already holds them; progress is told rows as they are written."""
    progress = progress or (lambda _: None)
    if kept := _made(dataset, folder, progress):
        return kept
    if isinstance(dataset, Imported):
        raise DatasetError(
            f"{folder} no longer holds all files of the imported dataset {dataset.name!r}, which cannot be generated; "
            "import it again"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            return _made(dataset, folder, progress) or _make(dataset, folder, progress)
    except OSError as error:
        raise DatasetError(
            f"{folder} cannot be written ({error}), so it holds no finished dataset; make room or choose another folder"
        ) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two commands at once make it once: the second one waits. The kernel lets go when the first one dies."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _made(dataset: Dataset, folder: Path, progress: Progress) -> Manifest | None:
    if kept := _kept(dataset, folder):
        progress(sum(kept.rows.values()))
    return kept


def _make(dataset: Dataset, folder: Path, progress: Progress) -> Manifest:
    _check_disk(dataset, folder)
    for name in (NAME, *(path.name for path in folder.glob("messages-*.parquet"))):  # of another size, perhaps
        (folder / name).unlink(missing_ok=True)
    return _write(dataset, folder, progress)


def _kept(dataset: Dataset, folder: Path) -> Manifest | None:
    try:
        manifest = Manifest.read(folder)
    except DatasetError:
        return None
    complete = all((folder / name).exists() for names in manifest.files.values() for name in names)
    return manifest if manifest.dataset == dataset and complete else None


def _check_disk(dataset: Dataset, folder: Path) -> None:
    needed, free = dataset.messages * BYTES_PER_MESSAGE, shutil.disk_usage(folder).free
    if free < needed:
        raise DatasetError(
            f"{folder} has {free / 1e9:.1f} GB free and {dataset.name!r} needs about {needed / 1e9:.1f} GB, "
            "so nothing was written; free some space, choose another folder or a smaller dataset"
        )


def _write(dataset: Dataset, folder: Path, progress: Progress) -> Manifest:
    totals, cursors = Totals.empty(dataset), list[DeepCursor]()
    files: dict[str, tuple[str, ...]] = {"users": (), "conversations": (), "messages": (), "blocks": ()}
    for segment in segments(dataset):
        totals.add(dataset, segment)
        cursors += deep_cursors(dataset, segment)
        name = f"messages-{segment.number:03d}.parquet"
        write_file(folder / name, "messages", message_batches(dataset, segment), progress)
        files["messages"] += (name,)
    for table, make in (("users", users_table), ("conversations", conversations_table), ("blocks", blocks_table)):
        name = f"{table}.parquet"
        write_file(folder / name, table, make(dataset, totals).to_batches(BATCH_ROWS), progress)
        files[table] = (name,)
    digests = {name: digest_of(folder / name) for names in files.values() for name in names}
    manifest = Manifest(
        dataset=dataset,
        fingerprint=fingerprint(dataset, digests),
        files=files,
        digests=digests,
        rows={table: getattr(dataset, table) for table in files},
        strata=strata(dataset, cursors),
    )
    manifest.write(folder)
    return manifest


def write_file(path: Path, table: str, batches: Iterable[Any], progress: Progress) -> None:
    with pq.ParquetWriter(path, SCHEMAS[table], compression="none", use_dictionary=False, write_statistics=False) as to:
        for batch in batches:
            to.write_batch(batch, row_group_size=BATCH_ROWS)
            progress(batch.num_rows)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
