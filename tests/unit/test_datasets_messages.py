from datetime import UTC, datetime

import numpy as np
import orjson
import pyarrow as pa
import pytest

from datasets import segments as segments_module
from datasets.messages import message_batches
from datasets.segments import segments, unread_tails
from datasets.shape import dataset, lengths
from datasets.tables import blocks_table, conversations_table, users_table
from datasets.timeline import micros, moments
from datasets.totals import Totals

DATA = dataset("tiny")


@pytest.fixture(scope="module")
def totals():
    totals = Totals.empty(DATA)
    for segment in segments(DATA):
        totals.add(DATA, segment)
    return totals


@pytest.fixture(scope="module")
def messages():
    batches = [batch for segment in segments(DATA) for batch in message_batches(DATA, segment)]
    return pa.Table.from_batches(batches).to_pandas()


@pytest.fixture(scope="module")
def conversations(totals):
    return conversations_table(DATA, totals).to_pandas().set_index("id")


def test_the_same_seed_yields_the_same_rows_and_another_seed_does_not():
    def rows(seed):
        data = dataset("tiny", seed=seed)
        return [batch for segment in segments(data) for batch in message_batches(data, segment)]

    assert rows(3) == rows(3)
    assert rows(3) != rows(4)


def test_message_ids_follow_their_ordinals_and_are_unique(messages):
    assert messages.id[17] == DATA.message_id(17).bytes
    assert messages.id.is_unique
    assert len(messages) == DATA.messages


def test_each_conversation_has_as_many_messages_as_its_length_says(messages):
    counted = messages.groupby("conversation_id").size()
    assert all(counted[DATA.conversation_id(n).bytes] == DATA.conversation_length(n) for n in range(DATA.conversations))


def test_senders_and_receivers_are_the_two_members_of_the_conversation(messages, conversations):
    joined = messages.join(conversations[["user1_id", "user2_id"]], on="conversation_id")
    forward = (joined.sender_id == joined.user1_id) & (joined.receiver_id == joined.user2_id)
    backward = (joined.sender_id == joined.user2_id) & (joined.receiver_id == joined.user1_id)
    assert (forward | backward).all()
    assert 0.4 < forward.mean() < 0.6


def test_messages_come_in_time_order_within_the_three_years(messages):
    created = messages.created_at
    assert created.is_monotonic_increasing
    assert created.min() >= DATA.started_at
    assert created.max() < DATA.as_of


def test_at_least_one_percent_share_created_at_with_another_of_their_conversation(messages):
    shared = messages.duplicated(["conversation_id", "created_at"], keep=False)
    assert 0.01 <= shared.mean() < 0.05


def test_most_traffic_is_recent_and_nights_are_quiet(messages):
    assert (messages.created_at >= datetime(2025, 1, 1, tzinfo=UTC)).mean() > 0.6
    hours = messages.created_at.dt.hour.value_counts()
    assert hours[20] > 5 * hours[3]


def test_about_three_percent_are_unread_all_at_the_tail_of_their_receiver(messages):
    assert 0.01 < (~messages.is_read).mean() < 0.05
    ordered = messages.sort_values(["conversation_id", "receiver_id", "created_at"], kind="stable")
    read_later = ordered.is_read.iloc[::-1].groupby([ordered.conversation_id, ordered.receiver_id]).cummax().iloc[::-1]
    assert not (read_later & ~ordered.is_read).any()


def test_read_at_is_present_exactly_when_read_and_never_before_the_message(messages):
    assert (messages.read_at.notna() == messages.is_read).all()
    read = messages[messages.is_read]
    assert (read.read_at >= read.created_at).all()
    assert (read.read_at <= DATA.as_of).all()


def test_only_media_messages_may_lack_content_and_carry_one_to_three_items_of_their_type(messages):
    assert (messages.media.notna() == (messages.type != "text")).all()
    assert messages.content[messages.type == "text"].notna().all()
    assert messages.content.isna().any()
    with_media = messages[messages.type != "text"]
    assert 0.02 < len(with_media) / len(messages) < 0.04
    for kind, media in zip(with_media.type, with_media.media, strict=True):
        items = orjson.loads(media)
        assert 1 <= len(items) <= 3
        assert {item["type"] for item in items} == {kind}


def test_unread_counters_recount(messages, conversations):
    unread = messages[~messages.is_read].join(conversations[["user1_id"]], on="conversation_id")
    to_first = unread.receiver_id == unread.user1_id
    for column, rows in (("user1_unread_count", unread[to_first]), ("user2_unread_count", unread[~to_first])):
        counted = rows.groupby("conversation_id").size().reindex(conversations.index, fill_value=0)
        assert (counted == conversations[column]).all()


def test_the_last_message_is_the_newest_by_created_at_then_id(messages, conversations):
    newest = messages.sort_values(["created_at", "id"]).groupby("conversation_id").last()
    newest = newest.reindex(conversations.index)
    assert (newest.id == conversations.last_message_id).all()
    assert (newest.created_at == conversations.last_message_at).all()


def test_conversations_open_before_their_first_message_and_users_join_before_that(messages, conversations, totals):
    first = messages.groupby("conversation_id").created_at.min().reindex(conversations.index)
    assert (conversations.created_at < first).all()
    joined = users_table(DATA, totals).to_pandas().set_index("id").created_at
    for member in ("user1_id", "user2_id"):
        assert (joined.reindex(conversations[member]).to_numpy() < conversations.created_at.to_numpy()).all()


def test_usernames_are_unique_and_blocks_follow_joining(totals):
    users = users_table(DATA, totals).to_pandas().set_index("id")
    assert users.username.is_unique
    assert users.display_name.notna().all()
    blocks = blocks_table(DATA, totals).to_pandas()
    assert (users.created_at.reindex(blocks.blocker_id).to_numpy() <= blocks.created_at.to_numpy()).all()
    assert (blocks.created_at <= DATA.as_of).all()


def test_cut_into_segments_the_lengths_unread_tails_and_last_messages_still_hold(monkeypatch):
    monkeypatch.setattr(segments_module, "SEGMENT_ROWS", 3_000)
    parts, totals = list(segments(DATA)), Totals.empty(DATA)
    for part in parts:
        totals.add(DATA, part)
    assert len(parts) == 7
    assert [part.start for part in parts] == np.cumsum([0] + [len(part) for part in parts[:-1]]).tolist()
    conversation = np.concatenate([part.conversation for part in parts])
    created = np.concatenate([part.created_at for part in parts])
    assert (np.bincount(conversation) == lengths(DATA)).all()
    assert (np.diff(created) >= 0).all()
    unread = np.concatenate([part.unread for part in parts])
    second = np.concatenate([part.from_second for part in parts])
    tails = unread_tails(DATA)
    for n in range(0, DATA.conversations, 13):
        rows = np.flatnonzero(conversation == n)
        behind = len(rows) - 1 - np.arange(len(rows))
        assert (unread[rows] == (behind < tails[n][np.where(second[rows], 0, 1)])).all()
        assert created[totals.last[n]] == created[rows[-1]] == totals.last_at[n]
        assert created[rows[0]] == totals.first_at[n]


def test_moments_are_monotone_and_span_the_whole_period():
    at = moments(np.linspace(0, 1, 10_001), started_at=DATA.started_at, as_of=DATA.as_of)
    assert (np.diff(at) > 0).all()
    assert (at[0], at[-1]) == (micros(DATA.started_at), micros(DATA.as_of))
