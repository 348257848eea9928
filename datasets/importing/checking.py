"""Checking: each row by itself; the first reason against it is the one that counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.importing.keys import Codes, distinct_hash
from datasets.importing.reasons import Reason
from datasets.importing.request import TextMode
from datasets.importing.source import Chunk
from datasets.importing.values import Flags, as_count, as_flag, as_micros, as_text, flags, present
from datasets.phrases import MEDIA_KINDS

#: A message's media are not there, or are to be made up.
MADE_UP = ""
_TYPES = pa.array(["text", *MEDIA_KINDS])
_MOST_BYTES_PER_CHARACTER = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """Codes of all ids met; users may be closed by a file of their own."""

    users: Codes
    conversations: Codes
    is_closed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """A chunk's rows, kept or not."""

    #: Reason, 0 where kept
    reasons: NDArray[np.int8]
    conversation: NDArray[np.int32]
    sender: NDArray[np.int32]
    #: -1 where the file does not say
    receiver: NDArray[np.int32]
    created_at: NDArray[np.int64]
    #: two hashes of a row's id; None: the file has no ids
    ids: NDArray[np.uint64] | None
    #: what goes to disk meanwhile: see PAYLOAD
    payload: Mapping[str, Any]


#: `is_read` is 1, 0 or -1 where the file does not say; `media` is null where there are none, MADE_UP where unknown.
PAYLOAD = pa.schema(
    [
        ("number", pa.int64()),
        ("text", pa.string()),
        ("characters", pa.int32()),
        ("octets", pa.int32()),
        ("kind", pa.int8()),
        ("media", pa.string()),
        ("is_read", pa.int8()),
        ("read_at", pa.int64()),
    ]
)


class _Verdicts:
    """The first reason of each row."""

    def __init__(self, rows: int) -> None:
        self.reasons = np.zeros(rows, dtype=np.int8)

    def against(self, rows: Flags, reason: Reason) -> None:
        self.reasons[rows & (self.reasons == 0)] = reason


def check(chunk: Chunk, people: People, *, text: TextMode, latest_us: int) -> Checked:
    """All rules that need no other row."""
    columns, rows = chunk.columns, len(chunk.numbers)
    said = _Verdicts(rows)
    said.against(chunk.blank, Reason.BLANK)
    for name in ("conversation", "sender", "receiver", "type", "media"):
        if name in columns:
            said.against(as_text(columns[name])[1], Reason.NOT_UTF8)
    content = _content(columns, text, said)
    conversation, sender, receiver = _people(columns, people, said, rows)
    created = _created(columns["created_at"], latest_us, said)
    characters, octets = _lengths(columns, content, said, rows)
    kind, media = _media(columns, said, rows, keep=text is TextMode.KEEP)
    has_text, has_media = octets > 0, present(media)
    said.against(~has_text & ~has_media, Reason.EMPTY)
    is_read, read_at = _read_state(columns, created, latest_us, said, rows)
    payload = {
        "number": chunk.numbers,
        "text": content if text is TextMode.KEEP and content is not None else pa.nulls(rows, pa.string()),
        "characters": characters,
        "octets": octets,
        "kind": kind,
        "media": media,
        "is_read": is_read,
        "read_at": read_at,
    }
    return Checked(
        reasons=said.reasons,
        conversation=conversation,
        sender=sender,
        receiver=receiver,
        created_at=created,
        ids=_ids(columns, said),
        payload=payload,
    )


def _content(columns: Mapping[str, Any], text: TextMode, said: _Verdicts) -> Any:
    """Texts, or None where only lengths are to be had."""
    if text is TextMode.LENGTH or "text" not in columns:
        return None
    content, broken = as_text(columns["text"])
    said.against(broken, Reason.NOT_UTF8)
    said.against(flags(pc.match_substring(content, "\0")), Reason.NUL_CHARACTER)
    return content


def _people(
    columns: Mapping[str, Any], people: People, said: _Verdicts, rows: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    conversation = people.conversations.of(columns["conversation"])
    if "receiver" in columns:
        sender, receiver = people.users.of_both(columns["sender"], columns["receiver"], grow=not people.is_closed)
        has_receiver = present(columns["receiver"])
    else:
        sender = people.users.of(columns["sender"], grow=not people.is_closed)
        receiver, has_receiver = np.full(rows, -1, dtype=np.int32), np.zeros(rows, dtype=np.bool_)
    said.against(conversation < 0, Reason.NO_CONVERSATION)
    said.against(~present(columns["sender"]) | (sender < 0) & (not people.is_closed), Reason.NO_SENDER)
    said.against((sender < 0) | has_receiver & (receiver < 0) & people.is_closed, Reason.UNKNOWN_USER)
    said.against((sender >= 0) & (sender == receiver), Reason.SELF_MESSAGE)
    return conversation, sender, receiver


def _created(column: Any, latest_us: int, said: _Verdicts) -> NDArray[np.int64]:
    created, known = as_micros(column)
    said.against(~known, Reason.UNKNOWN_TIME)
    said.against(created > latest_us, Reason.FUTURE_TIME)
    return created


def _lengths(
    columns: Mapping[str, Any], content: Any, said: _Verdicts, rows: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Characters and bytes of each text; 0 where there is none."""
    if content is not None:
        counts = (pc.utf8_length(content), pc.binary_length(content))
        characters, octets = (count.fill_null(0).to_numpy(zero_copy_only=False) for count in counts)
        return characters.astype(np.int32), octets.astype(np.int32)
    told = {}
    for name in ("text_length", "text_bytes"):
        if name in columns:
            told[name], bad = as_count(columns[name])
            said.against(bad, Reason.BAD_LENGTH)
    nothing = np.zeros(rows, dtype=np.int64)
    octets = told.get("text_bytes", told.get("text_length", nothing))
    characters = told.get("text_length", octets)
    said.against((octets < characters) | (octets > characters * _MOST_BYTES_PER_CHARACTER), Reason.BAD_LENGTH)
    return characters.astype(np.int32), octets.astype(np.int32)


def _media(columns: Mapping[str, Any], said: _Verdicts, rows: int, *, keep: bool) -> tuple[NDArray[np.int8], Any]:
    """Kind (0 text, else the place in MEDIA_KINDS from 1) and media: JSON, MADE_UP, or null."""
    told = as_text(columns["type"])[0] if "type" in columns else pa.nulls(rows, pa.string())
    told = pc.utf8_lower(pc.utf8_trim_whitespace(told))
    found = pc.index_in(told, _TYPES)
    said.against(present(told) & ~present(found), Reason.UNKNOWN_TYPE)
    kind = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int8)
    if "media" not in columns:
        return np.maximum(kind, 0), pa.array(np.full(rows, MADE_UP), pa.string(), mask=kind <= 0)
    media, first = _read_media(as_text(columns["media"])[0], keep=keep, said=said)
    has = present(media)
    said.against((kind >= 0) & ((kind > 0) != has), Reason.TYPE_CONTRADICTS_MEDIA)
    return np.where(kind >= 0, kind, np.where(has, first, 0)).astype(np.int8), media


def _read_media(texts: Any, *, keep: bool, said: _Verdicts) -> tuple[Any, NDArray[np.int8]]:
    """Media as they will be, and the kind of the first item."""
    yes, other = as_flag(texts)
    rows = len(texts)
    media: NDArray[Any] = np.full(rows, None, dtype=object)
    first, bad = np.zeros(rows, dtype=np.int8), np.zeros(rows, dtype=np.bool_)
    media[yes], first[yes] = MADE_UP, 1
    places = np.flatnonzero(other)
    for place, text in zip(places.tolist(), texts.take(pa.array(places)).to_pylist(), strict=True):
        kind = _kind_of_items(text)
        bad[place] = kind is None
        if kind:
            media[place], first[place] = text if keep else MADE_UP, kind
    said.against(bad, Reason.BAD_MEDIA)
    return pa.array(media, pa.string()), first


def _kind_of_items(text: str) -> int | None:
    """Of the first item; 0 for none at all, None for what is no list of media."""
    try:
        items = orjson.loads(text)
        if not items:
            return 0
        kinds = [MEDIA_KINDS.index(item["type"]) + 1 for item in items if isinstance(item["url"], str)]
    except (ValueError, TypeError, KeyError):
        return None
    return kinds[0] if len(kinds) == len(items) and "\\u0000" not in text else None


def _read_state(
    columns: Mapping[str, Any], created: NDArray[np.int64], latest_us: int, said: _Verdicts, rows: int
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Whether read, and when; -1 and 0 where the file does not say."""
    is_read, read_at = np.full(rows, -1, dtype=np.int8), np.zeros(rows, dtype=np.int64)
    if "is_read" in columns:
        yes, other = as_flag(columns["is_read"])
        said.against(other, Reason.BAD_READ_STATE)
        is_read = np.where(present(columns["is_read"]), yes, -1).astype(np.int8)
    if "read_at" in columns:
        read_at, known = as_micros(columns["read_at"])
        said.against(present(columns["read_at"]) & ~known | known & (is_read == 0), Reason.BAD_READ_STATE)
        said.against(known & (read_at < created), Reason.READ_BEFORE_SENT)
        said.against(known & (read_at > latest_us), Reason.FUTURE_TIME)
        # a row without the flag is read when it has a time
        is_read = np.where(is_read == -1, known, is_read).astype(np.int8)
    return is_read, read_at


def _ids(columns: Mapping[str, Any], said: _Verdicts) -> NDArray[np.uint64] | None:
    if "id" not in columns:
        return None
    text, broken = as_text(columns["id"])
    said.against(broken, Reason.NOT_UTF8)
    said.against(~present(text), Reason.NO_ID)
    return distinct_hash(text)
