"""Imported datasets: ids that were somebody's own, found by ordinal in the dataset's files.

The ordinal of a user is its row in users.parquet, that of a conversation its row in conversations.parquet (longest
first), that of a block its row in blocks.parquet; ordinals.parquet says which users belong to a conversation, by
ordinal, how many messages it has and which is its last. Message ids are computed from ordinals, as in any dataset.
"""

import uuid
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from datasets.errors import DatasetError
from datasets.ids import Ordinals
from datasets.people import Integers
from datasets.shape import Dataset, in_proportion

ORDINALS = "ordinals.parquet"
SCHEMA = pa.schema([("user1", pa.int64()), ("user2", pa.int64()), ("messages", pa.int64()), ("last", pa.int64())])
Ids = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported(Dataset):
    """Rows that were imported; `folder` holds them."""

    #: of the files: a second import under the same name is another dataset
    content: str

    def user_id(self, n: int) -> uuid.UUID:
        return _one(_ids(self, "users", "id"), n)

    def conversation_id(self, n: int) -> uuid.UUID:
        return _one(_ids(self, "conversations", "id"), n)

    def user_ids(self, ordinals: Ordinals) -> Ids:
        return _ids(self, "users", "id")[ordinals]

    def conversation_ids(self, ordinals: Ordinals) -> Ids:
        return _ids(self, "conversations", "id")[ordinals]

    def blocked_pairs(self, ordinals: Ordinals) -> tuple[Integers, Integers]:
        blocker, blocked = _block_table(self)
        return blocker[ordinals], blocked[ordinals]

    def by_traffic(self, shares: NDArray[np.float64]) -> Integers:
        return in_proportion(self, shares)

    def last_numbers(self) -> Integers:
        """The place of each conversation's newest message among all, from 1."""
        return _column(self, "last") + 1

    def _pairs(self) -> tuple[Integers, Integers]:
        return _column(self, "user1"), _column(self, "user2")

    def _lengths(self) -> Integers:
        return _column(self, "messages")


def _one(ids: Ids, n: int) -> uuid.UUID:
    return uuid.UUID(bytes=ids[n].tobytes())


def _read(dataset: Imported, name: str, column: str) -> Any:
    path = Path(dataset.folder or "") / name
    try:
        return pq.read_table(path, columns=[column]).column(column).combine_chunks()
    except (OSError, pa.ArrowException) as error:
        raise DatasetError(
            f"{path} cannot be read ({error}), so the ids of dataset {dataset.name!r} are unknown; import it again, "
            "or copy its whole folder"
        ) from None


@lru_cache(maxsize=16)
def _ids(dataset: Imported, table: str, column: str) -> Ids:
    """(n, 16) bytes."""
    found = _read(dataset, f"{table}.parquet", column)
    if isinstance(found, pa.ChunkedArray):
        found = pa.concat_arrays(found.chunks) if found.num_chunks else pa.array([], pa.binary(16))
    raw = np.frombuffer(found.buffers()[1] or b"", dtype=np.uint8) if len(found) else np.zeros(0, np.uint8)
    return raw.reshape(-1, 16)[found.offset : found.offset + len(found)]


@lru_cache(maxsize=16)
def _column(dataset: Imported, name: str) -> Integers:
    found: Integers = _read(dataset, ORDINALS, name).to_numpy(zero_copy_only=False)
    return found


@lru_cache(maxsize=4)
def _block_table(dataset: Imported) -> tuple[Integers, Integers]:
    """Ordinals of blocker and blocked: the files hold their ids."""
    known = _ids(dataset, "users", "id").view("S16").reshape(-1)
    order = np.argsort(known, kind="stable")
    both = [_ids(dataset, "blocks", column).view("S16").reshape(-1) for column in ("blocker_id", "blocked_id")]
    first, second = (order[np.searchsorted(known, ids, sorter=order)] for ids in both)
    return first, second
