"""Keys: ids of any type as small numbers while an import runs, and as 16 bytes in the dataset."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets.errors import DatasetError
from datasets.importing.values import as_ids

_UUID = re.compile(r"\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?", re.IGNORECASE)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
#: A whole number as tables with gaps write it.
_POINT_ZERO = re.compile(r"(-?[0-9]+)\.0+")
_NUMBERS_BELOW = 1 << 62
#: A UUID (version 8, "custom", of RFC 9562) that shows a number in its last digits.
_SHOWN = (0x8000 << 64) | (0x8000000000000000)
_LEAST_SALT_BYTES = 16


class Codes:
    """Distinct ids in the order in which they were met."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._codes)

    @property
    def values(self) -> list[str]:
        return list(self._codes)

    def of(self, array: Any, *, grow: bool = True) -> NDArray[np.int32]:
        """Codes; -1 where null, or where new while it may not grow."""
        text, _ = as_ids(array)
        encoded = text.dictionary_encode()
        codes = [self._code(value, grow=grow) for value in encoded.dictionary.to_pylist()]
        table = np.array([*codes, -1], dtype=np.int32)
        found: NDArray[np.int32] = table[encoded.indices.fill_null(len(codes)).to_numpy(zero_copy_only=False)]
        return found

    def of_both(self, one: Any, other: Any, *, grow: bool = True) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Of two columns, row by row: the same codes into however many batches the rows are cut."""
        texts = pa.concat_arrays([as_ids(one)[0], as_ids(other)[0]])
        by_row = np.arange(len(texts)).reshape(2, -1).T.ravel()
        codes = self.of(texts.take(pa.array(by_row)), grow=grow)
        return codes[::2], codes[1::2]

    def _code(self, value: str, *, grow: bool) -> int:
        value = value.strip()
        if not value:
            return -1
        if found := _UUID.fullmatch(value):
            value = "-".join(found.groups()).lower()
        elif found := _POINT_ZERO.fullmatch(value):
            value = found[1]
        return self._codes.setdefault(value, len(self._codes)) if grow else self._codes.get(value, -1)

    def add(self, value: str) -> int:
        """An id that no row has."""
        return self._codes.setdefault(value, len(self._codes))


def as_bytes(values: Sequence[str], kind: str, salt: bytes | None) -> NDArray[np.uint8]:
    """(n, 16) bytes. With a salt a keyed hash of each; without, a UUID as it is and a number as one that shows it."""
    joined = b"".join(_hashed(value, kind, salt) if salt else _kept(value, kind) for value in values)
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, 16)


def _kept(value: str, kind: str) -> bytes:
    if found := _UUID.fullmatch(value):
        return bytes.fromhex("".join(found.groups()))
    if _NUMBER.fullmatch(value) and int(value) < _NUMBERS_BELOW:
        return (_SHOWN | int(value)).to_bytes(16, "big")
    return _hashed(value, kind, b"")


def _hashed(value: str, kind: str, salt: bytes) -> bytes:
    """BLAKE2b, keyed with the salt, of which 122 bits remain in a UUID of version 4."""
    digest = hashlib.blake2b(value.encode(), digest_size=16, key=salt, person=kind.encode()[:16]).digest()
    bits = int.from_bytes(digest, "big")
    bits = bits & ~(0xF << 76) & ~(0x3 << 62) | 4 << 76 | 2 << 62
    return bits.to_bytes(16, "big")


def salt_of(path: Path | None) -> bytes:
    """A file's salt, which is made when it does not exist; without a file a new one that nobody keeps."""
    if path is None:
        return secrets.token_bytes(32)
    try:
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32) + "\n")
        salt = path.read_text().strip().encode()
    except OSError as error:
        raise DatasetError(
            f"--salt-file {path} cannot be used ({error.strerror}), so nothing was imported; give a file that you may "
            "read, or a new one in a folder that you may write to"
        ) from None
    if not _LEAST_SALT_BYTES <= len(salt) <= hashlib.blake2b.MAX_KEY_SIZE:
        raise DatasetError(
            f"--salt-file {path} holds {len(salt)} bytes, so ids would be guessed or the salt cut; give one of "
            f"{_LEAST_SALT_BYTES} to {hashlib.blake2b.MAX_KEY_SIZE} bytes, or a new file, which is filled"
        )
    return salt


def distinct_hash(array: Any) -> NDArray[np.uint64]:
    """Two unlike 64-bit hashes of each value, to tell duplicates: 128 bits that no two ids share by chance."""
    from pandas.util import hash_array  # noqa: PLC0415 - half a second that only files with ids pay

    text, _ = as_ids(array)
    objects = np.asarray(text.fill_null("").to_numpy(zero_copy_only=False), dtype=object)
    return np.column_stack(
        [hash_array(objects, hash_key=key, categorize=False) for key in ("chatbench-first-", "chatbench-second")]
    )
