"""Imported datasets: ids that were somebody's own, found by ordinal in files beside the rows.

Conversations are numbered longest first. The files of ordinals hold the ids of users and conversations, which users a
conversation has, how many messages it has and which is its last, and who blocks whom. Message ids are computed from
ordinals, as in any dataset.
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

from datasets.columns import UUID
from datasets.errors import DatasetError
from datasets.ids import Ordinals
from datasets.people import Integers
from datasets.shape import Dataset, in_proportion

#: File → its columns; whoever draws from the dataset elsewhere needs these and the manifest.
ORDINALS = {
    "ordinals-users.parquet": pa.schema([("id", UUID)]),
    "ordinals-conversations.parquet": pa.schema(
        [("id", UUID), ("user1", pa.int64()), ("user2", pa.int64()), ("messages", pa.int64()), ("last", pa.int64())]
    ),
    "ordinals-blocks.parquet": pa.schema([("blocker", pa.int64()), ("blocked", pa.int64())]),
}
Ids = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported(Dataset):
    """Rows that were imported; `folder` holds them."""

    #: of the files: a second import under the same name is another dataset
    content: str

    def user_id(self, n: int) -> uuid.UUID:
        return _one(_ids(self, "users"), n)

    def conversation_id(self, n: int) -> uuid.UUID:
        return _one(_ids(self, "conversations"), n)

    def user_ids(self, ordinals: Ordinals) -> Ids:
        return _ids(self, "users")[ordinals]

    def conversation_ids(self, ordinals: Ordinals) -> Ids:
        return _ids(self, "conversations")[ordinals]

    def blocked_pairs(self, ordinals: Ordinals) -> tuple[Integers, Integers]:
        return _column(self, "blocks", "blocker")[ordinals], _column(self, "blocks", "blocked")[ordinals]

    def by_traffic(self, shares: NDArray[np.float64]) -> Integers:
        return in_proportion(self, shares)

    def last_numbers(self) -> Integers:
        """The place of each conversation's newest message among all, from 1."""
        return _column(self, "conversations", "last") + 1

    def _pairs(self) -> tuple[Integers, Integers]:
        return _column(self, "conversations", "user1"), _column(self, "conversations", "user2")

    def _lengths(self) -> Integers:
        return _column(self, "conversations", "messages")


def _one(ids: Ids, n: int) -> uuid.UUID:
    return uuid.UUID(bytes=ids[n].tobytes())


def _read(dataset: Imported, table: str, column: str) -> Any:
    path = Path(dataset.folder or "") / f"ordinals-{table}.parquet"
    try:
        return pq.read_table(path, columns=[column]).column(column)
    except (OSError, pa.ArrowException) as error:
        raise DatasetError(
            f"{path} cannot be read ({error}), so the ids of dataset {dataset.name!r} are unknown; import it again, "
            "or copy its whole folder"
        ) from None


@lru_cache(maxsize=8)
def _ids(dataset: Imported, table: str) -> Ids:
    """(n, 16) bytes."""
    found = _read(dataset, table, "id")
    joined = b"".join(chunk.buffers()[1].to_pybytes()[chunk.offset * 16 :][: len(chunk) * 16] for chunk in found.chunks)
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, 16)


@lru_cache(maxsize=16)
def _column(dataset: Imported, table: str, name: str) -> Integers:
    found: Integers = _read(dataset, table, name).to_numpy()
    return found
