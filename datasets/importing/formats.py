"""Formats: what a file is by its first bytes, whatever its name says, and its bytes unpacked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from datasets.errors import DatasetError

_PARQUET = b"PAR1"
_CODECS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"\x04\x22\x4d\x18": "lz4", b"BZh": "bz2"}
#: What people hand over that is neither, and how it becomes what can be read.
_OTHERS = {
    b"PK\x03\x04": ("a ZIP archive or an Excel file", "unpack it, or save it as CSV"),
    b"\xff\xfe": ("UTF-16", "convert it: iconv -f UTF-16 -t UTF-8"),
    b"\xfe\xff": ("UTF-16", "convert it: iconv -f UTF-16 -t UTF-8"),
    b"\xfd7zXZ": ("packed by xz", "unpack it: xz -d"),
    b"PGDMP": ("an archive of pg_dump", "export the messages by COPY … WITH (FORMAT csv, HEADER)"),
}
_LONGEST_MAGIC = 8
_ENDINGS = {".csv", ".tsv", ".parquet"}


def files_of(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The files that were named; of a folder those of CSV and Parquet, packed or not, in the order of their names."""
    return tuple(file for path in paths for file in (_in_folder(path) if path.is_dir() else (_checked(path),)))


def _in_folder(folder: Path) -> list[Path]:
    found = [
        path
        for path in sorted(folder.rglob("*"))
        # such as _SUCCESS and .part-0.crc, which tools leave beside the data
        if path.is_file() and not path.name.startswith((".", "_")) and _ENDINGS & set(path.suffixes)
    ]
    if not found:
        raise DatasetError(
            f"the folder {folder} has no file that ends in {', '.join(sorted(_ENDINGS))}, packed or not, so nothing "
            "was imported; name files"
        )
    return found


def _checked(path: Path) -> Path:
    if not path.exists():
        raise DatasetError(f"{path} does not exist, so nothing was imported; check its name")
    if not path.is_file():
        raise DatasetError(
            f"{path} is no regular file, and a file is read more than once, so nothing was imported; save it first"
        )
    return path


def is_parquet(path: Path) -> bool:
    """A DatasetError says what an empty file, or one of another kind, is."""
    start = _start(path)
    if not start:
        raise DatasetError(f"{path} is empty, so nothing was imported; export it again, with a header")
    for magic, (what, remedy) in _OTHERS.items():
        if start.startswith(magic):
            raise DatasetError(f"{path} is {what}, which cannot be read, so nothing was imported; {remedy}")
    return start.startswith(_PARQUET) or (".parquet" in path.suffixes and _codec(start) is None)


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[Any, Any]]:
    """The file, whose place tells how far it is read, and a stream of what is in it."""
    codec = _codec(_start(path))
    with pa.OSFile(str(path)) as file:
        yield file, pa.CompressedInputStream(file, codec) if codec else file


def _codec(start: bytes) -> str | None:
    return next((codec for magic, codec in _CODECS.items() if start.startswith(magic)), None)


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LONGEST_MAGIC)
