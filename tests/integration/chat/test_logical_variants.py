"""What single variants do differently inside, beside the answers that they share with all others."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest
from redis.asyncio import Redis

from reference_server.opening import open_chat
from reference_server.records import Draft
from reference_server.schema import after_load, before_load, derived, indexes, keys
from reference_server.variant import load_variant

PICTURES = [
    {"url": "https://cdn.example/a.png", "type": "image", "mimeType": "image/png", "width": 3, "thumbnail": "t"},
    {"url": "https://cdn.example/b.png", "type": "image", "size": 0},
]


@pytest.mark.parametrize("variant_name", ["media_table"])
async def test_media_in_rows_read_as_jsonb_would_give_them_and_go_with_their_message(world):
    sent = await world.chat.send(world.ann, world.conversation, Draft(id=uuid4(), type="image", media=PICTURES))
    page = await world.chat.newest_page(world.bob, world.conversation, limit=1)
    as_jsonb = await world.database.fetchval("SELECT $1::jsonb::text", orjson.dumps(PICTURES).decode())
    assert sent.message["media"] == page.rows[0]["media"] == as_jsonb
    assert await world.database.fetchval("SELECT count(*) FROM message_media") == 2
    await world.chat.delete_message(world.ann, sent.message["id"])
    assert await world.database.fetchval("SELECT count(*) FROM message_media") == 0


@pytest.mark.parametrize("variant_name", ["trigger_bookkeeping"])
async def test_with_a_trigger_even_a_message_written_past_the_application_is_counted(world):
    await world.database.execute(
        "INSERT INTO messages (conversation_id, sender_id, receiver_id, content) VALUES ($1, $2, $3, 'x')",
        world.conversation,
        world.ann,
        world.bob,
    )
    assert await world.chat.unread_total(world.bob) == 1
    listed = await world.chat.conversation_list(world.ann, limit=1)
    assert listed.last_messages[world.conversation].content == "x"


@pytest.mark.parametrize("variant_name", ["soft_delete"])
async def test_a_softly_deleted_message_stays_in_its_table_and_is_seen_by_nobody(world):
    sent = await world.chat.send(world.ann, world.conversation, Draft(id=uuid4(), type="image", media=PICTURES))
    await world.chat.delete_message(world.ann, sent.message["id"])
    assert await world.database.fetchval("SELECT count(deleted_at) FROM messages") == 1
    assert list((await world.chat.newest_page(world.bob, world.conversation, limit=5)).rows) == []
    assert list((await world.chat.media_gallery(world.bob, world.conversation, kind="image", limit=5)).rows) == []
    assert await world.chat.mark_read(world.bob, world.conversation) == 0


@pytest.mark.parametrize("variant_name", ["unread_redis"])
async def test_the_list_takes_its_counts_from_redis_and_counts_what_redis_lost(world):
    await world.say(world.ann, "one")
    key = f"unread:conv:{world.bob}:{world.conversation}"
    async with Redis.from_url(world.redis_url) as redis:
        listed = [(await world.chat.conversation_list(world.bob, limit=1)).rows[0]["unread_count"]]
        assert await redis.get(key) == b"1"
        await redis.set(key, 7)
        listed += [(await world.chat.conversation_list(world.bob, limit=1)).rows[0]["unread_count"]]
        await redis.flushdb()
        listed += [(await world.chat.conversation_list(world.bob, limit=1)).rows[0]["unread_count"]]
    assert listed == [1, 7, 1]


@pytest.mark.parametrize("variant_name", ["watermark"])
async def test_a_message_that_commits_after_a_watermark_moved_is_above_it(world):
    await world.say(world.ann, "seen")
    async with world.database.transaction():
        await world.database.fetch(
            world.chat.sql["send/insert"], uuid4(), world.conversation, world.ann, world.bob, "text", "late", None
        )
        # it waits for the conversation, and then sees what was stored meanwhile
        reading = world.chat.mark_read(world.bob, world.conversation)
        started = asyncio.ensure_future(reading)
        await asyncio.sleep(0.1)
        assert not started.done()
    assert await started == 2
    assert await world.stored_counts() == {}


@pytest.mark.parametrize("variant_name", ["list_membership", "unread_narrow", "watermark", "media_table"])
async def test_rows_of_further_tables_go_with_a_user(world):
    await world.chat.send(world.ann, world.conversation, Draft(id=uuid4(), type="image", media=PICTURES))
    await world.chat.mark_read(world.bob, world.conversation)
    await world.chat.delete_user(world.ann)
    for table in set(world.chat.variant.tables) - {"users"}:
        assert await world.database.fetchval(f"SELECT count(*) FROM {table}") == 0, table


async def test_the_archive_takes_old_read_messages_and_every_operation_still_finds_them(fresh_database, fresh_redis):
    variant = load_variant("archive")
    ann, bob, conversation = sorted(uuid4() for _ in range(3))
    ids = sorted((uuid4() for _ in range(8)), reverse=True)
    database = await asyncpg.connect(fresh_database)
    try:
        await _load_two_years(database, variant, (ann, bob, conversation), ids)
        archived = [row["id"] for row in await database.fetch("SELECT id FROM messages_archive ORDER BY id DESC")]
        assert archived == [ids[4], ids[5], ids[7]]
        async with open_chat(fresh_database, fresh_redis, variant, connections=2) as chat:
            page = await chat.newest_page(bob, conversation, limit=3)
            met = [row["id"] for row in page.rows]
            while page.next is not None:
                page = await chat.older_page(bob, conversation, before=page.next, limit=3)
                met += [row["id"] for row in page.rows]
            assert met == ids
            again = Draft(id=archived[0], type="text", content="x")
            assert not (await chat.send(ann, conversation, again)).is_new
            for one in (*ids[:4], archived[0]):
                await chat.delete_message(ann, one)
            listed = await chat.conversation_list(bob, limit=1)
            assert listed.last_messages[conversation].id == ids[5]
            assert await chat.mark_read(bob, conversation) == 1
            await chat.delete_user(ann)
        assert await database.fetchval("SELECT count(*) FROM messages_everywhere") == 0
    finally:
        await database.close()


async def _load_two_years(database, variant, members: tuple[UUID, UUID, UUID], ids: list[UUID]) -> None:
    """Eight messages, a quarter apart, the newest first; the seventh is unread."""
    ann, bob, conversation = members
    await database.execute("SET chatbench.data_to = '2025-12-31'")
    for step in before_load(variant):
        await database.execute(step.text)
    await database.executemany(
        "INSERT INTO users (id, username) VALUES ($1, $2)", [(one, str(one)) for one in (ann, bob)]
    )
    await database.execute(
        "INSERT INTO conversations (id, user1_id, user2_id, user2_unread_count) VALUES ($1, $2, $3, 1)",
        conversation,
        ann,
        bob,
    )
    await database.executemany(
        "INSERT INTO messages (id, conversation_id, sender_id, receiver_id, content, is_read, created_at)"
        " VALUES ($1, $2, $3, $4, 'x', $5, timestamptz '2025-12-01' - make_interval(months => 3 * $6))",
        [(one, conversation, ann, bob, number != 6, number) for number, one in enumerate(ids)],
    )
    for step in (*keys(variant), *derived(variant), *indexes(variant), *after_load(variant)):
        await database.execute(step.text)
