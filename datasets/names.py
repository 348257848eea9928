"""Names: what may be given as --dataset, and which dataset it is.

A size (`small`), the name of an import (`mydata`), a shape file and a size (`support.toml:small`, `support.toml:500k`),
or the folder of a dataset's files.
"""

import difflib
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from datasets.errors import DatasetError
from datasets.manifest import NAME, Manifest
from datasets.shape import SIZES, Dataset, dataset, shaped
from datasets.shape_file import read_shape, written

_SHAPED = re.compile(r"(?P<file>.+\.toml):(?P<size>[A-Za-z0-9_]+)")
_COUNT = re.compile(r"(?P<number>[0-9]+)(?P<unit>[kKmM]?)")
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000}


def home_of_environment() -> Path:
    """Where datasets are when nobody says it."""
    return Path(os.environ.get("CHATBENCH_HOME", ".chatbench"))


def imports_in(home: Path) -> list[str]:
    """Names of the datasets that were imported into this home."""
    return sorted(path.parent.name for path in (home / "datasets").glob(f"*/{NAME}") if path.parent.name.isidentifier())


class DatasetNames(list[str]):
    """Names to choose from; it also contains what is no name but leads to a dataset."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (isinstance(name, str) and (_is_shaped(name) or is_folder(name)))


def dataset_names(home: Path) -> DatasetNames:
    return DatasetNames([*SIZES, *imports_in(home)])


def _is_shaped(name: str) -> bool:
    return _SHAPED.fullmatch(name) is not None


def is_folder(name: str) -> bool:
    return os.sep in name and (Path(name) / NAME).is_file()


def find_dataset(name: str, *, seed: int, home: Path) -> Dataset:
    """A DatasetError says what is wrong with the name and lists the near ones."""
    if name in SIZES:
        return dataset(name, seed=seed)
    if found := _SHAPED.fullmatch(name):
        return _of_shape(Path(found["file"]), found["size"], seed, home)
    if is_folder(name):
        return Manifest.read(Path(name)).dataset
    if name in imports_in(home):
        return Manifest.read(home / "datasets" / name).dataset
    raise _unknown(name, dataset_names(home), home)


def _unknown(name: str, known: Sequence[str], home: Path) -> DatasetError:
    near = difflib.get_close_matches(name, known, cutoff=0.4) or list(known)
    return DatasetError(
        f"there is no dataset {name!r} in {home}, so nothing was made; choose one of: {', '.join(near)}; or import one "
        "(`chatbench import`), or give a shape file and a size, such as support.toml:small"
    )


def _of_shape(path: Path, size: str, seed: int, home: Path) -> Dataset:
    shape = read_shape(path)
    made = shaped(shape, name=f"{shape.name}_{size.lower()}", messages=messages_in(size), seed=seed)
    # an edited file is another dataset
    digest = hashlib.blake2b(written(shape, []).encode(), digest_size=4).hexdigest()
    return replace(made, folder=str((home / "datasets" / f"{made.name}-{seed}-{digest}").resolve()))


def messages_in(size: str) -> int:
    """`small`, `500k`, `2m` or `120000`."""
    if size in SIZES:
        return SIZES[size]
    found = _COUNT.fullmatch(size)
    count = int(found["number"]) * _UNITS[found["unit"].lower()] if found else 0
    if count < _LEAST:
        raise DatasetError(
            f"{size!r} is no number of messages from {_LEAST:,}, so nothing was made; give one such as 500k, or "
            f"one of: {', '.join(SIZES)}"
        )
    return count


#: Below it some stratum would be empty.
_LEAST = 1_000


def folder_of(found: Dataset, home: Path) -> Path:
    """Where its files are or will be."""
    return Path(found.folder) if found.folder else home / "datasets" / f"{found.name}-{found.seed}"
