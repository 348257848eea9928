"""The story of an import: read and check every row, put the kept ones in order, write the dataset.

Three passes. The first reads the files in batches, checks rows, and leaves keys in memory and the rest in a pile on
disk. Then all that needs every row is judged, and everyone gets an ordinal. The second throws the pile's rows into
buckets by time; the third writes one bucket after the other.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from datasets.errors import DatasetError, NoRoomError
from datasets.importing.checking import People, check
from datasets.importing.conversations import Order, put_in_order
from datasets.importing.fields import columns_of
from datasets.importing.keys import Codes
from datasets.importing.people import Blocks, Users, no_blocks, read_blocks, read_users
from datasets.importing.pile import Buckets, Keys, Pile
from datasets.importing.rejects import NAME, Rejects
from datasets.importing.request import Request
from datasets.importing.source import Chunk, chunks
from datasets.importing.writing import Writing, write_dataset
from datasets.manifest import Manifest
from datasets.timeline import micros

BUCKET_ROWS = 500_000
#: Shares of the time that each takes, about, as measured on a million rows.
_READ, _ORDER, _SORT, _WRITE = 0.6, 0.15, 0.05, 0.2
#: What is written, what waits meanwhile, and what goes once the new one is in its place.
_BESIDE = ("partial", "pile", "replaced")

#: Told which share of all work was done since it was told last, and what is being done.
Progress = Callable[[float, str], None]


def import_messages(request: Request, target: Path, progress: Progress, *, bucket_rows: int = BUCKET_ROWS) -> Manifest:
    """Make the dataset's folder; when it fails there is none of it, and one that it would replace stays."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with _beside(target) as (folder, scratch, replaced):
        rejects = Rejects(folder / NAME, is_anonymous=request.is_anonymous)
        try:
            _import(request, folder, scratch, rejects, progress, bucket_rows)
        finally:
            rejects.close()
        if target.exists():
            target.rename(replaced)
        folder.rename(target)
    return Manifest.read(target)


@contextmanager
def _beside(target: Path) -> Iterator[tuple[Path, Path, Path]]:
    """Folders beside the target, always of the same names: the next import removes what a killed one left."""
    folders = folder, scratch, replaced = [target.with_name(f".{target.name}.{what}") for what in _BESIDE]
    try:
        _remove(folders)
        folder.mkdir()
        scratch.mkdir()
        yield folder, scratch, replaced
    except OSError as error:
        raise NoRoomError(
            f"{target} cannot be written ({error}), so nothing was imported; make room or choose another --home"
        ) from error
    finally:
        _remove(folders)


def _remove(folders: Sequence[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _import(
    request: Request, folder: Path, scratch: Path, rejects: Rejects, progress: Progress, bucket_rows: int
) -> Manifest:
    codes = People(users=Codes(), conversations=Codes(), is_closed=request.users is not None)
    latest_us = micros(request.as_of)
    users = read_users(request.users, codes.users, rejects, latest_us=latest_us) if request.users else Users()
    first_users = len(codes.users)
    pile = Pile(scratch)
    read = _read(request, codes, pile, rejects, progress)
    keys = pile.keys()
    order = put_in_order(keys, codes.users, codes.conversations, first_users=first_users)
    progress(_ORDER, "order")
    blocks = no_blocks()
    if request.blocks:
        blocks = read_blocks(request.blocks, codes.users, order.users, rejects, latest_us=latest_us)
    buckets = Buckets(scratch, bucket_rows)
    _sort(pile, keys, order, codes, buckets, rejects, progress)
    kept = int((order.rank >= 0).sum())
    if not kept:
        raise DatasetError(_nothing(read, rejects))
    return write_dataset(
        Writing(
            request=request,
            folder=folder,
            codes=codes,
            keys=keys,
            order=order,
            users=users,
            blocks=blocks,
            origin=_origin(request, read, kept, users, blocks, first_users, rejects),
        ),
        buckets,
        lambda rows: progress(_WRITE * rows / kept, "write"),
    )


def _read(request: Request, codes: People, pile: Pile, rejects: Rejects, progress: Progress) -> int:
    """Rows read."""
    read, latest_us = 0, micros(request.as_of)
    all_bytes = max(sum(path.stat().st_size for path in request.files), 1)
    for path, label in zip(request.files, _labels(request.files), strict=True):
        choose = partial(columns_of, what="message", given=request.columns)
        for chunk in chunks(path, choose, label=label):
            checked = check(chunk, codes, text=request.text, latest_us=latest_us)
            names = codes.conversations.values if not request.is_anonymous and checked.reasons.any() else []
            _reject(rejects, chunk, checked.reasons, checked.conversation, names)
            pile.add(chunk.file, checked)
            read += chunk.rows
            progress(_READ * chunk.file_bytes / all_bytes, "read")
    return read


def _labels(files: Sequence[Path]) -> list[str]:
    """What each is called among the rejects: its name, and its path where two have one name."""
    names = Counter(path.name for path in files)
    return [path.name if names[path.name] == 1 else str(path) for path in files]


def _reject(rejects: Rejects, chunk: Chunk, reasons: Any, conversation: Any, names: list[str]) -> None:
    places = np.flatnonzero(reasons)
    shown = [names[code] if code >= 0 else "" for code in conversation[places].tolist()] if names else []
    rejects.add("messages", chunk.file, chunk.numbers[places].tolist(), reasons[places].tolist(), shown)
    rejects.add_broken("messages", chunk.file, chunk.broken)


def _sort(
    pile: Pile, keys: Keys, order: Order, codes: People, buckets: Buckets, rejects: Rejects, progress: Progress
) -> None:
    names, done = codes.conversations.values, 0
    for file, batch in pile.batches():
        part = slice(done, done + batch.num_rows)
        done += batch.num_rows
        reasons = order.reasons[part]
        places = np.flatnonzero(reasons)
        shown = [names[code] for code in keys.conversation[part][places].tolist()]
        numbers = batch.column("number").to_numpy()[places].tolist()
        rejects.add("messages", file, numbers, reasons[places].tolist(), shown)
        buckets.add(batch, order.rank[part])
        progress(_SORT * batch.num_rows / len(keys.created_at), "sort")


def _origin(
    request: Request, read: int, kept: int, users: Users, blocks: Blocks, first_users: int, rejects: Rejects
) -> dict[str, Any]:
    told = {
        "files": _labels(request.files),
        "messages": {"read": read, "kept": kept, "rejected": rejects.by_reason("messages")},
        "ids": "kept" if request.salt is None else "keyed hash",
        "texts": request.text.value,
    }
    if request.users:
        told["users"] = {"read": users.read, "kept": first_users, "rejected": rejects.by_reason("users")}
    if request.blocks:
        told["blocks"] = {"read": blocks.read, "kept": len(blocks.blocker), "rejected": rejects.by_reason("blocks")}
    return told


def _nothing(read: int, rejects: Rejects) -> str:
    if not read:
        return "there is no row behind the header, so nothing was imported; export the messages again"
    reasons = ", ".join(f"{count:,} {label}" for label, count in rejects.by_reason("messages").items())
    return (
        f"none of {read:,} rows could be kept ({reasons}), so nothing was imported; look at the first rows of the "
        "file, and name columns with --column FIELD=COLUMN"
    )
