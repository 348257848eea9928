"""Sending, paging, reading and deleting messages, in every variant."""

import asyncio
from contextlib import suppress
from uuid import uuid4

import asyncpg
import orjson
import pytest
from redis.asyncio import Redis

from reference_server.errors import BadMessage, Blocked, Conflict, Forbidden, NotFound, Unavailable
from reference_server.records import Cursor, Draft
from reference_server.variant import load_variant
from tests.integration.chat.distinct_variants import distinct_variants

PICTURE = {"url": "https://cdn.example/a.png", "type": "image", "mimeType": "image/png"}


def text(content: str) -> Draft:
    return Draft(id=uuid4(), type="text", content=content)


@pytest.fixture(params=distinct_variants())
def variant_name(request):
    return request.param


EVERY = [load_variant(name) for name in distinct_variants()]
#: Without those that say they lose messages, and those whose rows a plain INSERT of uuids cannot make.
LOSSLESS = [v.name for v in EVERY if "page_without_loss" not in v.known_gaps and v.identifiers.messages != "bigint"]
PUBSUB = [v.name for v in EVERY if v.fanout.transport == "pubsub"]


@pytest.mark.parametrize("variant_name", LOSSLESS)
async def test_pages_show_every_message_once_even_when_many_share_an_instant(world):
    ids = [uuid4() for _ in range(25)]
    await world.database.executemany(
        "INSERT INTO messages (id, conversation_id, sender_id, receiver_id, content, created_at)"
        " VALUES ($1, $2, $3, $4, 'x', '2025-05-05 12:00+00')",
        [(one, world.conversation, world.ann, world.bob) for one in ids],
    )
    # what a send would have noted beside it
    await world.database.execute(
        "UPDATE conversations SET last_message_at = '2025-05-05 12:00+00' WHERE id = $1", world.conversation
    )
    page = await world.chat.newest_page(world.bob, world.conversation, limit=7)
    seen = [row["id"] for row in page.rows]
    while page.next is not None:
        page = await world.chat.older_page(world.bob, world.conversation, before=page.next, limit=7)
        seen += [row["id"] for row in page.rows]
    assert seen == sorted(ids, reverse=True)


async def test_a_draft_sent_again_is_stored_and_counted_once(world):
    draft = text("hello")
    first = await world.chat.send(world.ann, world.conversation, draft)
    again = await world.chat.send(world.ann, world.conversation, draft)
    assert (first.is_new, again.is_new) == (True, False)
    assert dict(first.message) == dict(again.message)
    assert await world.chat.unread_total(world.bob) == 1
    assert await world.database.fetchval("SELECT count(*) FROM messages") == 1


async def test_the_same_draft_from_two_places_at_once_is_stored_once(world):
    draft = text("hello")
    sent = await asyncio.gather(*(world.chat.send(world.ann, world.conversation, draft) for _ in range(4)))
    assert sorted(one.is_new for one in sent) == [False, False, False, True]
    assert await world.chat.unread_conversation(world.bob, world.conversation) == 1


async def test_an_id_of_another_message_is_a_conflict_and_changes_nothing(world):
    draft = text("hello")
    await world.chat.send(world.ann, world.conversation, draft)
    with pytest.raises(Conflict):
        await world.chat.send(world.bob, world.conversation, draft)
    assert await world.chat.unread_total(world.ann) == 0
    assert await world.database.fetchval("SELECT count(*) FROM messages") == 1


async def test_a_stranger_finds_no_conversation(world):
    await world.say(world.ann, "hello")
    chat, stranger, conversation = world.chat, world.eve, world.conversation
    cursor = (await chat.newest_page(world.ann, conversation, limit=1)).next
    for attempt in (
        chat.newest_page(stranger, conversation, limit=5),
        chat.older_page(stranger, conversation, before=cursor, limit=5),
        chat.media_gallery(stranger, conversation, kind="image", limit=5),
        chat.send(stranger, conversation, text("boo")),
        chat.mark_read(stranger, conversation),
        chat.unread_conversation(stranger, conversation),
        chat.typing(stranger, conversation),
        chat.newest_page(world.ann, uuid4(), limit=5),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await world.stored_counts() == {world.bob: 1}


async def test_an_empty_conversation_is_an_empty_page_for_its_members(world):
    page = await world.chat.newest_page(world.bob, world.conversation, limit=5)
    assert (list(page.rows), page.next) == ([], None)


async def test_a_send_to_somebody_who_leaves_meanwhile_is_not_found(world, monkeypatch):
    store = type(world.chat)._store

    async def leave_first(self, *arguments):
        await world.database.execute("DELETE FROM users WHERE id = $1", world.bob)
        return await store(self, *arguments)

    monkeypatch.setattr(type(world.chat), "_store", leave_first)
    with pytest.raises(NotFound):
        await world.say(world.ann, "are you there?")


async def test_a_block_either_way_stops_sending_but_not_a_retry_of_what_was_stored(world):
    draft = text("before")
    await world.chat.send(world.ann, world.conversation, draft)
    await world.chat.block_add(world.bob, world.ann)
    for sender in (world.ann, world.bob):
        with pytest.raises(Blocked):
            await world.say(sender, "after")
    assert not (await world.chat.send(world.ann, world.conversation, draft)).is_new
    await world.chat.block_remove(world.bob, world.ann)
    await world.say(world.ann, "again")


async def test_media_are_stored_and_found_in_the_gallery(world):
    await world.say(world.ann, "words")
    for _ in range(3):
        await world.chat.send(world.ann, world.conversation, Draft(id=uuid4(), type="image", media=[PICTURE]))
    first = await world.chat.media_gallery(world.bob, world.conversation, kind="image", limit=2)
    rest = await world.chat.media_gallery(world.bob, world.conversation, kind="image", limit=2, before=first.next)
    assert [len(first.rows), len(rest.rows)] == [2, 1]
    assert orjson.loads(first.rows[0]["media"]) == [PICTURE]
    with pytest.raises(BadMessage):
        await world.chat.send(world.ann, world.conversation, Draft(id=uuid4(), type="image", content="no picture"))


async def test_reading_zeroes_counters_messages_and_cache_together(world):
    for _ in range(3):
        await world.say(world.ann, "hello")
    await world.say(world.bob, "hello yourself")
    assert await world.chat.unread_total(world.bob) == 3
    assert await world.chat.mark_read(world.bob, world.conversation) == 3
    assert await world.chat.mark_read(world.bob, world.conversation) == 0
    assert await world.chat.unread_total(world.bob) == 0
    assert await world.chat.unread_conversation(world.bob, world.conversation) == 0
    assert await world.stored_counts() == {world.ann: 1}


async def test_sends_and_reads_at_once_leave_counters_that_a_recount_confirms(world):
    chat, conversation = world.chat, world.conversation

    async def read_sometimes() -> None:
        for _ in range(10):
            await chat.mark_read(world.bob, conversation)
            await chat.unread_total(world.bob)
            await chat.unread_conversation(world.bob, conversation)

    await asyncio.gather(*(world.say(world.ann, "x") for _ in range(40)), read_sometimes(), read_sometimes())
    counted = (await world.stored_counts()).get(world.bob, 0)
    stored = await world.database.fetchval(chat.sql["unread_conversation"], conversation, world.bob)
    listed = (await chat.conversation_list(world.bob, limit=5)).rows[0]["unread_count"]
    assert (stored, listed) == (counted, counted)
    assert await chat.unread_total(world.bob) == counted
    assert await chat.unread_conversation(world.bob, conversation) == counted


async def test_deleting_the_last_message_makes_the_one_before_it_the_last(world):
    first = await world.say(world.ann, "first")
    last = await world.say(world.ann, "last")
    await world.chat.unread_total(world.bob)
    await world.chat.delete_message(world.ann, last)
    listed = await world.chat.conversation_list(world.bob, limit=5)
    assert listed.last_messages[world.conversation].id == first
    assert listed.rows[0]["unread_count"] == await world.chat.unread_total(world.bob) == 1
    await world.chat.delete_message(world.ann, first)
    listed = await world.chat.conversation_list(world.bob, limit=5)
    assert (listed.last_messages, listed.rows[0]["last_message_at"]) == ({}, None)


async def test_two_deletions_at_once_never_leave_a_deleted_message_as_the_last(world):
    ids = [await world.say(world.ann, str(n)) for n in range(9)]
    await asyncio.gather(*(world.chat.delete_message(world.ann, one) for one in ids[1:]))
    assert await world.database.fetchval("SELECT last_message_id FROM conversations") == ids[0]
    assert await world.chat.unread_total(world.bob) == 1


async def test_who_comes_back_gets_what_was_said_meanwhile_and_is_not_deleted(world):
    known = (await world.chat.send(world.ann, world.conversation, text("known"))).message
    ids = [await world.say(sender, "missed") for sender in (world.ann, world.bob, world.ann)]
    await world.chat.delete_message(world.bob, ids[1])
    after = Cursor(known["created_at"], known["id"])
    missed = [row["id"] async for batch in world.chat.missed_messages(world.bob, after=after) for row in batch.rows]
    assert missed == [ids[0], ids[2]]


async def test_only_its_sender_deletes_a_message(world):
    message = await world.say(world.ann, "mine")
    with pytest.raises(Forbidden):
        await world.chat.delete_message(world.bob, message)
    with pytest.raises(NotFound):
        await world.chat.delete_message(world.eve, message)
    await world.chat.delete_message(world.ann, message)
    with pytest.raises(NotFound):
        await world.chat.delete_message(world.ann, message)


@pytest.mark.parametrize("variant_name", PUBSUB)
async def test_a_send_reaches_the_channels_of_both_members(world):
    async with Redis.from_url(world.redis_url) as redis, redis.pubsub() as listening:
        await listening.subscribe(f"chat:user:{world.ann}", f"chat:user:{world.bob}")
        sent = await world.say(world.ann, "hello")
        await world.chat.mark_read(world.bob, world.conversation)
        got = []
        async with asyncio.timeout(10):
            while len(got) < 4:
                message = await listening.get_message(ignore_subscribe_messages=True, timeout=5)
                if message is not None:
                    got.append((message["channel"].decode()[-36:], orjson.loads(message["data"])))
    ann, bob = str(world.ann), str(world.bob)
    assert [(who, event["type"]) for who, event in got] == [
        (bob, "message.new"),
        (ann, "message.new"),
        (ann, "message.read"),
        (bob, "message.read"),
    ]
    assert got[0][1]["payload"]["id"] == str(sent)
    assert got[0][1]["payload"]["content"] == "hello"
    assert got[2][1]["payload"] == {"conversation_id": str(world.conversation), "reader_id": bob, "count": 1}


async def test_a_cancelled_send_leaves_counts_that_the_database_confirms(world):
    await world.chat.unread_total(world.bob)
    for wait_s in (0, 0.0005, 0.001, 0.0015, 0.002, 0.003):
        sending = asyncio.ensure_future(world.say(world.ann, "x"))
        await asyncio.sleep(wait_s)
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
    await world.chat.settle()
    await world.say(world.ann, "the pool is intact")
    assert await world.chat.unread_total(world.bob) == (await world.stored_counts())[world.bob]


async def test_a_lost_connection_is_replaced_and_the_caller_told_to_try_again(world):
    await world.database.execute(
        "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid != pg_backend_pid() AND backend_type = 'client backend'"
    )
    for _ in range(5):
        with suppress(Unavailable):
            await world.chat.newest_page(world.ann, world.conversation, limit=1)
    await world.say(world.ann, "back again")
    assert isinstance(world.database, asyncpg.Connection)
