"""The manifest beside a dataset's files: what they hold, their fingerprint, and where the interesting rows are."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import orjson

from datasets.errors import DatasetError
from datasets.imported import Imported
from datasets.shape import Dataset, dataset, shaped
from datasets.shape_file import as_content, shape_from

#: raise it whenever the same (size, seed) would yield other rows
FORMAT_VERSION = 1
NAME = "manifest.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeepCursor:
    """A place far back in a conversation: its page is what lies before (created_at, id)."""

    conversation: int
    created_at: datetime
    message_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Strata:
    """Rows that differ in cost: clients and plan capture draw from each."""

    #: ordinal of the longest conversation
    largest: int
    #: conversation ordinals, long and short
    hot: tuple[int, ...]
    cold: tuple[int, ...]
    deep_cursors: tuple[DeepCursor, ...]
    #: user ordinals
    users_with_many_conversations: tuple[int, ...]
    users_with_few_conversations: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """Read with Manifest.read; written last, so that a folder with one is complete."""

    dataset: Dataset
    fingerprint: str
    #: file names by table, in loading order
    files: Mapping[str, tuple[str, ...]]
    #: digest of each file
    digests: Mapping[str, str]
    rows: Mapping[str, int]
    strata: Strata
    #: of an import: what was read, kept and rejected, and what had to be made up
    origin: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Self:
        path = folder / NAME
        try:
            raw = orjson.loads(path.read_bytes())
            if raw["format_version"] != FORMAT_VERSION:
                raise DatasetError(
                    f"{path} has format {raw['format_version']}, this chatbench reads {FORMAT_VERSION}, so the dataset "
                    "cannot be used; generate it again into an empty folder"
                )
            return cls._from_json(raw, folder)
        except OSError as error:
            raise DatasetError(
                f"{path} cannot be opened ({error.strerror}), so the folder holds no finished dataset; generate it"
            ) from None
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise DatasetError(
                f"{path} cannot be read ({error!r}), so its files cannot be trusted; delete the folder and generate"
            ) from error

    @classmethod
    def _from_json(cls, raw: Mapping[str, Any], folder: Path) -> Self:
        strata = raw["strata"]
        cursors = tuple(
            DeepCursor(
                conversation=c["conversation"],
                created_at=datetime.fromisoformat(c["created_at"]),
                message_id=UUID(c["message_id"]),
            )
            for c in strata["deep_cursors"]
        )
        lists = {name: tuple(value) for name, value in strata.items() if name not in ("deep_cursors", "largest")}
        return cls(
            dataset=_dataset(raw, folder),
            fingerprint=raw["fingerprint"],
            files={table: tuple(names) for table, names in raw["files"].items()},
            digests=raw["digests"],
            rows=raw["rows"],
            strata=Strata(largest=strata["largest"], deep_cursors=cursors, **lists),
            origin=raw.get("origin", {}),
        )

    def write(self, folder: Path) -> None:
        """Atomically: a reader sees the whole manifest or none."""
        raw = {"format_version": FORMAT_VERSION, **asdict(self), "dataset": _described(self.dataset)}
        partial = folder / f"{NAME}.partial"
        partial.write_bytes(orjson.dumps(raw, option=orjson.OPT_INDENT_2))
        partial.replace(folder / NAME)


_SIZED = ("name", "seed", "users", "conversations", "blocks", "messages", "started_at", "as_of")


def _described(of: Dataset) -> dict[str, Any]:
    kind = "import" if isinstance(of, Imported) else "generated"
    return {"kind": kind, **{key: getattr(of, key) for key in _SIZED}, "shape": as_content(of.shape)}


def _dataset(raw: Mapping[str, Any], folder: Path) -> Dataset:
    """The record of the files in a folder, wherever that was copied."""
    told, where = raw["dataset"], str(folder.resolve())
    if told.get("kind") == "import":
        sized = {key: told[key] for key in _SIZED}
        sized |= {key: datetime.fromisoformat(told[key]) for key in ("started_at", "as_of")}
        return Imported(**sized, folder=where, content=raw["fingerprint"])
    if told.get("shape"):
        shape = shape_from(told["shape"], str(folder / NAME))
        return replace(shaped(shape, name=told["name"], messages=told["messages"], seed=told["seed"]), folder=where)
    return dataset(told["name"], told["seed"])


def fingerprint(dataset: Dataset, digests: Mapping[str, str]) -> str:
    content = orjson.dumps([FORMAT_VERSION, dataset.name, dataset.seed, dict(digests)], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(content, digest_size=16).hexdigest()
