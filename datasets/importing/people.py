"""Files of people: users, and who blocks whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets.importing.fields import columns_of
from datasets.importing.keys import Codes
from datasets.importing.reasons import Reason
from datasets.importing.rejects import Rejects
from datasets.importing.source import Chunk, chunks
from datasets.importing.values import as_micros, as_text, present

Micros = Mapping[int, int]
#: Longer ones fit in no index of PostgreSQL's.
_LONGEST_NAME_BYTES = 2_000


@dataclass(kw_only=True, slots=True)
class Users:
    """Of a file of users, by code; their codes are the first."""

    read: int = 0
    usernames: dict[int, str] = field(default_factory=dict)
    display_names: dict[int, str] = field(default_factory=dict)
    #: microseconds since 1970
    created_at: dict[int, int] = field(default_factory=dict)
    #: usernames, display names and times that were there and could not be taken
    unusable_names: int = 0
    unusable_times: int = 0


def read_users(path: Path, codes: Codes, rejects: Rejects, *, latest_us: int) -> Users:
    found = Users()
    for chunk in chunks(path, lambda file, header: columns_of(file, header, "user", {})):
        known = len(codes)
        mine = codes.of(chunk.columns["id"])
        first = np.zeros(len(mine), dtype=np.bool_)
        _, places = np.unique(mine, return_index=True)
        first[places] = True
        fresh = first & (mine >= known)
        reasons = np.where(mine < 0, int(Reason.NO_ID), int(Reason.DUPLICATE_ID))
        reasons[chunk.blank] = int(Reason.BLANK)
        found.read += chunk.rows
        _reject(rejects, "users", chunk, ~fresh, reasons)
        _take(found, chunk, mine, fresh, latest_us)
    return found


def _take(found: Users, chunk: Chunk, mine: NDArray[np.int32], fresh: NDArray[np.bool_], latest_us: int) -> None:
    codes = mine[fresh].tolist()
    for name, to in (("username", found.usernames), ("display_name", found.display_names)):
        if name in chunk.columns:
            texts = np.array(as_text(chunk.columns[name])[0].to_pylist(), dtype=object)[fresh]
            taken = {code: text for code, text in zip(codes, texts, strict=True) if text and _is_name(text)}
            to.update(taken)
            found.unusable_names += int(present(chunk.columns[name])[fresh].sum()) - len(taken)
    moments, lost = _times(chunk, latest_us)
    found.created_at.update(
        {code: moment for code, moment in zip(codes, moments[fresh].tolist(), strict=True) if moment}
    )
    found.unusable_times += int(lost[fresh].sum())


def _is_name(text: str) -> bool:
    return "\0" not in text and len(text.encode()) <= _LONGEST_NAME_BYTES


@dataclass(frozen=True, kw_only=True, slots=True)
class Blocks:
    """Distinct pairs, by code of user."""

    read: int
    blocker: NDArray[np.int64]
    blocked: NDArray[np.int64]
    #: microseconds since 1970, 0 where unknown
    created_at: NDArray[np.int64]
    #: times that were there and could not be taken
    unusable_times: int


def no_blocks() -> Blocks:
    nothing = np.zeros(0, dtype=np.int64)
    return Blocks(read=0, blocker=nothing, blocked=nothing, created_at=nothing, unusable_times=0)


def read_blocks(path: Path, codes: Codes, known: NDArray[np.int64], rejects: Rejects, *, latest_us: int) -> Blocks:
    """Between known users, by code; the first of two alike is kept."""
    seen: dict[tuple[int, int], int] = {}
    is_known = np.zeros(len(codes) + 1, dtype=np.bool_)  # the last, -1, is nobody
    is_known[known] = True
    read = unusable = 0
    for chunk in chunks(path, lambda file, header: columns_of(file, header, "block", {})):
        pairs = [codes.of(chunk.columns[name], grow=False) for name in ("blocker", "blocked")]
        when, lost = _times(chunk, latest_us)
        reasons = np.where(pairs[0] == pairs[1], int(Reason.SELF_MESSAGE), 0)
        reasons[~is_known[pairs[0]] | ~is_known[pairs[1]]] = int(Reason.UNKNOWN_USER)
        reasons[chunk.blank] = int(Reason.BLANK)
        for place in np.flatnonzero(reasons == 0).tolist():
            pair = (int(pairs[0][place]), int(pairs[1][place]))
            reasons[place] = int(Reason.DUPLICATE_ID) if pair in seen else 0
            seen.setdefault(pair, int(when[place]))
        read += chunk.rows
        unusable += int(lost[reasons == 0].sum())
        _reject(rejects, "blocks", chunk, reasons > 0, reasons)
    table = np.array([*seen], dtype=np.int64).reshape(-1, 2)
    when = np.array([*seen.values()], dtype=np.int64)
    return Blocks(read=read, blocker=table[:, 0], blocked=table[:, 1], created_at=when, unusable_times=unusable)


def _times(chunk: Chunk, latest_us: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """When each row's thing happened, 0 where unknown; and where something is told that is no time."""
    if "created_at" not in chunk.columns:
        return np.zeros(len(chunk.numbers), dtype=np.int64), np.zeros(len(chunk.numbers), dtype=np.bool_)
    moments, known = as_micros(chunk.columns["created_at"])
    known &= moments <= latest_us
    return np.where(known, moments, 0), present(chunk.columns["created_at"]) & ~known


def _reject(rejects: Rejects, what: str, chunk: Chunk, rows: NDArray[np.bool_], reasons: NDArray[np.int64]) -> None:
    places = np.flatnonzero(rows)
    rejects.add(what, chunk.file, chunk.numbers[places].tolist(), reasons[places].tolist())
    rejects.add_broken(what, chunk.file, chunk.broken)
