"""Page cache: put files out of the system's memory, and count what of them is still in it."""

import contextlib
import ctypes
import mmap
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_FAILED = ctypes.c_void_p(-1).value


@dataclass(frozen=True, kw_only=True, slots=True)
class Dropped:
    """What was asked of the system for a set of files, and whether it did it."""

    data_bytes: int
    #: In memory before and after; None where the system does not tell.
    resident_before_bytes: int | None
    resident_after_bytes: int | None
    note: str | None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def drop(files: Sequence[Path]) -> Dropped:
    """Only clean pages go, so whoever wrote the files must have synced them and be stopped."""
    before = _resident(files)
    note = None
    if not hasattr(os, "posix_fadvise"):
        note = "not dropped: this system has no posix_fadvise, so pages may have come from its page cache"
    else:
        for file in files:
            _forget(file)
    after = _resident(files)
    size = sum(_size(file) for file in files)
    if note is None:
        note = _doubt(after, size)
    return Dropped(data_bytes=size, resident_before_bytes=before, resident_after_bytes=after, note=note)


def _doubt(after: int | None, size: int) -> str | None:
    if after is None:
        return "not confirmed: this system does not tell which pages of a file are in memory"
    kept = after / size if size else 0.0
    return f"{kept:.0%} of the files stayed in the page cache" if kept > 0.01 else None  # noqa: PLR2004 - metadata


def _forget(file: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(file, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def _resident(files: Sequence[Path]) -> int | None:
    try:
        return sum(_resident_bytes(file) for file in files)
    except (OSError, AttributeError):
        return None


def _resident_bytes(file: Path) -> int:
    """By mincore, over a mapping that is never read."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
    size = _size(file)
    if not size:
        return 0
    descriptor = os.open(file, os.O_RDONLY)
    try:
        address = libc.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, 0)
    finally:
        os.close(descriptor)
    if address == _FAILED:
        raise OSError(ctypes.get_errno(), "mmap")
    try:
        pages = ctypes.create_string_buffer(-(-size // mmap.PAGESIZE))
        if libc.mincore(address, size, pages):
            raise OSError(ctypes.get_errno(), "mincore")
        return sum(page & 1 for page in pages.raw) * mmap.PAGESIZE
    finally:
        libc.munmap(address, size)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
