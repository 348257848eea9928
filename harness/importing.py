"""Importing: what was asked, checked; the import with its progress; what came of it, in words."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from datasets.errors import DatasetError
from datasets.importing.fields import given_columns
from datasets.importing.formats import files_of
from datasets.importing.importing import import_messages
from datasets.importing.keys import salt_of
from datasets.importing.reasons import MEANINGS, Reason
from datasets.importing.rejects import NAME
from datasets.importing.request import Request, TextMode
from datasets.importing.source import columns_in
from datasets.manifest import Manifest
from datasets.shape import SIZES
from harness.progress import step

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MADE_UP = {
    "is_read": "messages without is_read or read_at: the newest few of some conversations count as unread",
    "read_at": "read messages without a time of reading: some minutes after they were sent",
    "names": "names of users that are no UTF-8, have a NUL or are too long: others",
    "usernames": "usernames that an earlier user has: with a number behind them",
    "times": "times of users and blocks that cannot be read, or lie in the future: others",
    "media": "messages whose media are other media of the same type",
    "silent_users": "conversations in which one person alone wrote: a silent other one was made up",
}


def request_of(
    *,
    files: Sequence[Path],
    name: str | None,
    users: Path | None,
    blocks: Path | None,
    columns: Sequence[str],
    text: TextMode | None,
    hash_ids: bool,
    salt_file: Path | None,
    as_of: datetime,
    seed: int,
) -> Request:
    given = given_columns(columns)
    found = files_of(files)
    without_text = [path for path in found if "text" not in columns_in(path, given)]
    has_text = len(without_text) < len(found)
    chosen = text or (TextMode.LENGTH if not has_text else TextMode.PHRASES if hash_ids else TextMode.KEEP)
    # others of the same length can be made of files with texts and of files with lengths, side by side
    if (chosen is TextMode.KEEP and without_text) or (chosen is TextMode.PHRASES and not has_text):
        raise DatasetError(
            f"--text {chosen} needs a column with texts and {without_text[0]} has none, so nothing was imported; name "
            f"it with --column text=COLUMN, or use --text {TextMode.PHRASES if has_text else TextMode.LENGTH}"
        )
    return Request(
        name=_named(name or re.sub(r"[^a-z0-9]+", "_", files[0].name.split(".")[0].lower()).strip("_")),
        files=found,
        users=users,
        blocks=blocks,
        columns=given,
        text=chosen,
        salt=salt_of(salt_file) if hash_ids else None,
        seed=seed,
        as_of=as_of,
    )


def _named(name: str) -> str:
    if not _NAME.fullmatch(name) or name in SIZES:
        raise DatasetError(
            f"{name!r} cannot be a dataset's name, so nothing was imported; give --name of at most 40 small letters, "
            f"digits and _, from a letter on, other than {', '.join(SIZES)}"
        )
    return name


def bring_in(request: Request, home: Path, *, replace: bool) -> Manifest:
    target = home / "datasets" / request.name
    if target.exists() and not replace:
        raise DatasetError(
            f"there is a dataset {request.name!r} in {home}, so nothing was imported; give another --name, or --replace"
        )
    # files tell their rows when they are read, and their bytes before
    with step(f"import {request.name}", total=1.0, in_percent=True) as shown:
        return import_messages(request, target, shown.advance)


def told(manifest: Manifest, home: Path) -> list[str]:
    """What came of it, line by line."""
    origin, data = manifest.origin, manifest.dataset
    lines = [f"files: {len(origin['files'])}"] if len(origin["files"]) > 1 else []
    for what in ("users", "blocks", "messages"):
        if what in origin:
            lines += _counted(what, **origin[what])
    lines += [f"made up: {count:,} {_MADE_UP[what]}" for what, count in origin["made_up"].items()]
    if not data.blocks:
        lines.append("no blocks: every block check will find none (--blocks FILE brings them)")
    lines.append(f"ids: {origin['ids']}; texts: {origin['texts']}")
    if any(origin[what]["rejected"] for what in ("users", "blocks", "messages") if what in origin):
        lines.append(f"rejected rows: {home / 'datasets' / data.name / NAME}")
    times = f"{data.started_at:%Y-%m-%d} to {data.as_of:%Y-%m-%d}"
    rows = ", ".join(f"{count:,} {table}" for table, count in manifest.rows.items())
    return [
        *lines,
        f"dataset {data.name}: {rows}, {times}, fingerprint {manifest.fingerprint}",
    ]


def _counted(what: str, read: int, kept: int, rejected: dict[str, int]) -> list[str]:
    lost = sum(rejected.values())
    width = max((len(label) for label in rejected), default=0)
    return [
        f"{what}: {read:,} read = {kept:,} kept + {lost:,} rejected",
        *(f"  {label:<{width}}  {count:>9,}  {MEANINGS[Reason[label.upper()]]}" for label, count in rejected.items()),
    ]
