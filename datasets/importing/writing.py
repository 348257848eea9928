"""Writing: the kept rows as a dataset's files, with the ordinals beside them and the manifest last."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from datasets.columns import time_column, uuid_column
from datasets.errors import DatasetError
from datasets.generate import digest_of, write_file
from datasets.ids import Kind, words
from datasets.imported import ORDINALS, Imported
from datasets.importing.checking import People
from datasets.importing.conversations import Order
from datasets.importing.keys import as_bytes
from datasets.importing.people import Blocks, Users
from datasets.importing.pile import Buckets, Keys
from datasets.importing.request import Request
from datasets.importing.rows import MadeUp, message_rows
from datasets.manifest import DeepCursor, Manifest, fingerprint
from datasets.messages import BATCH_ROWS
from datasets.segments import Segment, unread_tails
from datasets.strata import deep_cursors, strata
from datasets.tables import blocks_table, conversations_table, users_table
from datasets.timeline import moment
from datasets.totals import Totals

#: Told rows that were written.
Progress = Callable[[int], None]
Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Writing:
    """All that is known when writing starts."""

    request: Request
    folder: Path
    codes: People
    keys: Keys
    order: Order
    users: Users
    blocks: Blocks
    #: for the manifest
    origin: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Messages:
    """Arrays with an entry for each message, by its ordinal."""

    conversation: NDArray[np.int32]
    sender: Integers
    created_at: Integers


def write_dataset(writing: Writing, buckets: Buckets, progress: Progress) -> Manifest:
    messages = _messages(writing)
    dataset, is_second = _write_ordinals(writing, messages)
    made_up, totals, cursors = MadeUp(), _totals(dataset, messages), list[DeepCursor]()
    files: dict[str, tuple[str, ...]] = {"users": (), "conversations": (), "messages": (), "blocks": ()}
    for segment, rows in _segments(dataset, messages, is_second, buckets, made_up):
        receiver = (~segment.from_second[segment.unread]).astype(np.int64)
        seen = segment.conversation[segment.unread].astype(np.int64) * 2 + receiver
        totals.unread.reshape(-1)[:] += np.bincount(seen, minlength=totals.unread.size)
        cursors += deep_cursors(dataset, segment)
        name = f"messages-{segment.number:03d}.parquet"
        made = message_rows(dataset, segment, rows, text=writing.request.text, made_up=made_up)
        write_file(writing.folder / name, "messages", made, progress)
        files["messages"] += (name,)
    for table, rows in _tables(writing, dataset, totals, made_up):
        write_file(writing.folder / f"{table}.parquet", table, rows.to_batches(BATCH_ROWS), lambda _: None)
        files[table] = (f"{table}.parquet",)
    return _manifest(writing, dataset, files, cursors, made_up)


def _messages(writing: Writing) -> _Messages:
    """Keys by ordinal: conversations and senders become ordinals too."""
    keys, order = writing.keys, writing.order
    kept = np.flatnonzero(order.rank >= 0)
    by_rank = np.empty(len(kept), dtype=np.int64)
    by_rank[order.rank[kept]] = kept
    place = np.full(len(writing.codes.conversations), -1, dtype=np.int32)
    place[order.conversations] = np.arange(len(order.conversations))
    return _Messages(
        conversation=place[keys.conversation[by_rank]],
        sender=np.searchsorted(order.users, keys.sender[by_rank]),
        created_at=keys.created_at[by_rank],
    )


def _write_ordinals(writing: Writing, messages: _Messages) -> tuple[Imported, NDArray[np.bool_]]:
    """The dataset, readable from its folder, and which messages its conversations' second member sent."""
    request, order = writing.request, writing.order
    ids = {}
    for what, codes, wanted in (
        ("users", writing.codes.users, order.users),
        ("conversations", writing.codes.conversations, order.conversations),
    ):
        values = codes.values
        ids[what] = as_bytes([values[code] for code in wanted.tolist()], what, request.salt)
        _check_distinct(ids[what], what)
    first, second = _by_id(ids["users"], *order.members)
    blocker, blocked = (np.searchsorted(order.users, side) for side in (writing.blocks.blocker, writing.blocks.blocked))
    lengths = np.bincount(messages.conversation, minlength=len(order.conversations))
    columns = {
        "ordinals-users.parquet": [uuid_column(ids["users"])],
        "ordinals-conversations.parquet": [
            uuid_column(ids["conversations"]),
            *(pa.array(column) for column in (first, second, lengths, _last(request.seed, messages, len(lengths)))),
        ],
        "ordinals-blocks.parquet": [pa.array(blocker), pa.array(blocked)],
    }
    for name, arrays in columns.items():
        pq.write_table(pa.Table.from_arrays(arrays, schema=ORDINALS[name]), writing.folder / name, compression="none")
    dataset = Imported(
        name=request.name,
        seed=request.seed,
        users=len(order.users),
        conversations=len(order.conversations),
        blocks=len(blocker),
        messages=len(messages.conversation),
        started_at=_midnight(messages.created_at.min()),
        as_of=_midnight(messages.created_at.max()) + timedelta(days=1),
        folder=str(writing.folder),
        # its own, so that no other import's ordinals are taken for its
        content=secrets.token_hex(8),
    )
    return dataset, messages.sender == second[messages.conversation]


def _check_distinct(ids: NDArray[np.uint8], what: str) -> None:
    """A number and the UUID that shows it are two ids in a file, and one in the dataset."""
    if (alike := len(ids) - len(np.unique(ids.view("V16")))) > 0:
        raise DatasetError(
            f"{alike:,} ids of {what} become the UUID of another: a number, and the UUID in which it would show; so "
            "nothing was imported; export all ids in one form, or use --hash-ids"
        )


def _by_id(ids: NDArray[np.uint8], one: Integers, two: Integers) -> tuple[Integers, Integers]:
    """Members so that the first has the smaller id, as PostgreSQL orders them."""
    halves = ids.view(">u8").reshape(-1, 2).astype(np.uint64)
    (high, low), (other_high, other_low) = halves[one].T, halves[two].T
    swap = (high > other_high) | ((high == other_high) & (low > other_low))
    return np.where(swap, two, one), np.where(swap, one, two)


def _last(seed: int, messages: _Messages, conversations: int) -> Integers:
    """Ordinal of each conversation's newest message by (created_at, id)."""
    latest = np.zeros(conversations, dtype=np.int64)
    np.maximum.at(latest, messages.conversation, messages.created_at)
    candidates = np.flatnonzero(messages.created_at == latest[messages.conversation])
    high, low = words(seed, Kind.MESSAGE, candidates)
    owners = messages.conversation[candidates]
    order = np.lexsort((low, high, owners))
    ends = np.flatnonzero(np.diff(owners[order], append=-1))
    found: Integers = candidates[order[ends]]
    return found


def _midnight(since_1970_us: Any) -> datetime:
    return moment(int(since_1970_us)).replace(hour=0, minute=0, second=0, microsecond=0)


def _totals(dataset: Imported, messages: _Messages) -> Totals:
    """Without the unread, which are counted as rows are written."""
    totals = Totals.empty(dataset)
    # messages are in the order of time: of several with one index, numpy keeps the last
    totals.first_at[messages.conversation[::-1]] = messages.created_at[::-1]
    totals.last[:] = dataset.last_numbers() - 1
    totals.last_at[:] = messages.created_at[totals.last]
    return totals


def _segments(
    dataset: Imported, messages: _Messages, is_second: NDArray[np.bool_], buckets: Buckets, made_up: MadeUp
) -> Iterator[tuple[Segment, Any]]:
    tails, start = unread_tails(dataset), 0
    behind = _behind(messages.conversation)
    for number, rows in buckets.read():
        part = slice(start, start + rows.num_rows)
        told = rows.column("is_read").to_numpy()
        receiver = (~is_second[part]).astype(np.int64)
        guess = behind[part] < tails[messages.conversation[part], receiver]
        made_up.add("is_read", int((told < 0).sum()))
        yield (
            Segment(
                number=number,
                start=start,
                conversation=messages.conversation[part],
                from_second=is_second[part],
                created_at=messages.created_at[part],
                unread=np.where(told < 0, guess, told == 0),
            ),
            rows,
        )
        start += rows.num_rows


def _behind(conversation: NDArray[np.int32]) -> Integers:
    """How many messages of its conversation follow each."""
    order = np.argsort(conversation, kind="stable")
    counts = np.bincount(conversation)
    ends = np.repeat(np.cumsum(counts), counts)
    behind = np.empty(len(conversation), dtype=np.int64)
    behind[order] = ends - 1 - np.arange(len(conversation))
    return behind


def _tables(writing: Writing, dataset: Imported, totals: Totals, made_up: MadeUp) -> Iterator[tuple[str, Any]]:
    """Users, conversations and blocks, with what their files said in place of what would be made up."""
    users, order = users_table(dataset, totals), writing.order.users.tolist()
    if writing.request.salt is None:
        made_up.add("names", writing.users.unusable_names)
        for name, told in (("username", writing.users.usernames), ("display_name", writing.users.display_names)):
            texts = [told.get(code, other) for code, other in zip(order, users.column(name).to_pylist(), strict=True)]
            if name == "username":
                texts, changed = _distinct(texts)
                made_up.add("usernames", changed)
            users = users.set_column(users.schema.get_field_index(name), users.schema.field(name), pa.array(texts))
    made_up.add("times", writing.users.unusable_times + writing.blocks.unusable_times)
    users = _with_times(users, np.array([writing.users.created_at.get(code, 0) for code in order], dtype=np.int64))
    yield "users", users
    yield "conversations", conversations_table(dataset, totals)
    yield "blocks", _with_times(blocks_table(dataset, totals), writing.blocks.created_at)


def _distinct(texts: list[str]) -> tuple[list[str], int]:
    """The second of two equal ones gets its place behind it; and how many got theirs."""
    seen, found, changed = set[str](), [], 0
    for place, text in enumerate(texts):
        found.append(f"{text}_{place}" if text in seen else text)
        changed += text in seen
        seen.add(found[-1])
    return found, changed


def _with_times(table: Any, told: Integers) -> Any:
    """created_at as told, where it was."""
    place = table.schema.get_field_index("created_at")
    made_up = table.column(place).cast(pa.int64()).to_numpy()
    return table.set_column(place, table.schema.field(place), time_column(np.where(told > 0, told, made_up)))


def _manifest(
    writing: Writing,
    dataset: Imported,
    files: dict[str, tuple[str, ...]],
    cursors: list[DeepCursor],
    made_up: MadeUp,
) -> Manifest:
    names = [*(name for names in files.values() for name in names), *ORDINALS]
    digests = {name: digest_of(writing.folder / name) for name in names}
    if writing.order.silent:
        made_up.add("silent_users", writing.order.silent)
    found = fingerprint(dataset, digests)
    manifest = Manifest(
        dataset=replace(dataset, content=found),
        fingerprint=found,
        files=files,
        digests=digests,
        rows={table: getattr(dataset, table) for table in files},
        strata=strata(dataset, cursors),
        origin=writing.origin | {"made_up": made_up.counts},
    )
    manifest.write(writing.folder)
    return manifest
