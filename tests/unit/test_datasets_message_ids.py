"""Message ids of a copy: uuid v7 and numbers, made from one dataset's random uuids."""

from uuid import UUID

import numpy as np
import pyarrow as pa
import pytest

from datasets.columns import uuid_column
from datasets.message_ids import MessageIds, last_numbers, reshaped, schema_of, uuid7
from datasets.messages import message_batches
from datasets.segments import segments
from datasets.shape import dataset
from datasets.tables import conversations_table
from datasets.totals import Totals

TINY = dataset("tiny", seed=1)


@pytest.fixture(scope="module")
def rows():
    """Messages and conversations as the dataset has them."""
    totals, batches = Totals.empty(TINY), []
    for segment in segments(TINY):
        totals.add(TINY, segment)
        batches += message_batches(TINY, segment)
    return pa.Table.from_batches(batches), conversations_table(TINY, totals)


def _reshape(table, name: str, kind: MessageIds):
    change = reshaped(name, kind, TINY)
    return pa.Table.from_batches([change(batch) for batch in table.to_batches(max_chunksize=3_000)])


def test_a_uuid7_carries_version_variant_and_the_milliseconds_of_its_message(rows):
    messages = _reshape(rows[0], "messages", MessageIds.UUID7)
    micros = messages["created_at"].cast(pa.int64()).to_pylist()
    for raw, created_us in zip(messages["id"].to_pylist()[::500], micros[::500], strict=True):
        made = UUID(bytes=raw)
        assert (made.version, made.variant) == (7, "specified in RFC 4122")
        assert made.int >> 80 == created_us // 1_000


def test_arrays_and_single_ids_agree_on_uuid7(rows):
    messages = _reshape(rows[0], "messages", MessageIds.UUID7)
    for n in range(0, TINY.messages, 777):
        created_us = messages["created_at"][n].cast(pa.int64()).as_py()
        assert UUID(bytes=messages["id"][n].as_py()) == uuid7(TINY.message_id(n), created_us)


def test_uuid7s_are_unique_and_messages_of_one_instant_keep_the_order_of_their_random_ids(rows):
    before, after = rows[0], _reshape(rows[0], "messages", MessageIds.UUID7)
    assert len(set(after["id"].to_pylist())) == TINY.messages
    places = list(zip(before["created_at"].to_pylist(), before["id"].to_pylist(), after["id"].to_pylist(), strict=True))
    assert [place[1] for place in sorted(places)] == [p[1] for p in sorted(places, key=lambda p: (p[0], p[2]))]


@pytest.mark.parametrize("kind", [MessageIds.UUID7, MessageIds.BIGINT])
def test_a_conversations_last_message_is_its_newest_by_time_and_id(rows, kind):
    messages, conversations = (
        _reshape(table, name, kind) for table, name in zip(rows, ("messages", "conversations"), strict=True)
    )
    newest = {}
    for where, when, message in zip(
        *(messages[name].to_pylist() for name in ("conversation_id", "created_at", "id")), strict=True
    ):
        newest[where] = max(newest.get(where, (when, message)), (when, message))
    assert {
        where: (at, last)
        for where, at, last in zip(
            *(conversations[name].to_pylist() for name in ("id", "last_message_at", "last_message_id")), strict=True
        )
    } == newest


def test_numbers_count_messages_from_one_and_keep_the_random_id_as_the_clients(rows):
    messages = _reshape(rows[0], "messages", MessageIds.BIGINT)
    assert messages.schema == schema_of("messages", MessageIds.BIGINT)
    assert messages["id"].to_pylist() == list(range(1, TINY.messages + 1))
    assert messages["client_id"].equals(rows[0]["id"])
    assert int(last_numbers(TINY).max()) == TINY.messages


def test_a_slice_of_a_batch_is_reshaped_as_the_whole():
    ids = uuid_column(TINY.message_ids(np.arange(10)))
    times = pa.array(np.arange(10) * 1_000_000, pa.timestamp("us", "UTC"))
    batch = pa.RecordBatch.from_arrays([ids, times], names=["id", "created_at"])
    change = reshaped("messages", MessageIds.UUID7, TINY)
    assert change(batch.slice(4, 3)).column("id").to_pylist() == change(batch).column("id").to_pylist()[4:7]
