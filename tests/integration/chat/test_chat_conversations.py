"""Opening and listing conversations, and what Redis keeps of them."""

import asyncio
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from reference_server.errors import BadRequest, NotFound
from tests.integration.chat.distinct_variants import distinct_variants


@pytest.fixture
async def redis(world):
    async with Redis.from_url(world.redis_url, protocol=2) as client:
        yield client


async def test_a_pair_has_one_conversation_whoever_opens_it(world):
    there = await world.chat.open_conversation(world.bob, world.ann)
    assert there["id"] == world.conversation
    assert there["user1_id"].bytes < there["user2_id"].bytes


async def test_two_who_open_at_once_get_the_same_conversation(world):
    opened = await asyncio.gather(
        *(world.chat.open_conversation(*pair) for pair in [(world.ann, world.eve), (world.eve, world.ann)] * 3)
    )
    assert len({one["id"] for one in opened}) == 1


async def test_nobody_opens_a_conversation_with_themselves_or_with_nobody(world):
    with pytest.raises(BadRequest):
        await world.chat.open_conversation(world.ann, world.ann)
    with pytest.raises(NotFound):
        await world.chat.open_conversation(world.ann, uuid4())


@pytest.mark.parametrize("variant_name", distinct_variants())
async def test_the_list_goes_from_latest_activity_to_conversations_without_messages(world):
    others = [await world.chat.open_conversation(world.ann, other) for other in world.users[2:]]
    await world.say(world.bob, "latest")
    listed, cursor = [], None
    while True:
        page = await world.chat.conversation_list(world.ann, limit=2, before=cursor)
        listed += [row["id"] for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    silent = sorted((one["id"] for one in others), reverse=True)
    assert listed == [world.conversation, *silent]


@pytest.mark.parametrize("variant_name", distinct_variants())
async def test_the_list_has_the_same_last_messages_with_and_without_redis(world, redis):
    await world.say(world.ann, "hello")
    cached = await world.chat.conversation_list(world.bob, limit=5)
    await redis.flushdb()
    fallback = await world.chat.conversation_list(world.bob, limit=5)
    refilled = await world.chat.conversation_list(world.bob, limit=5)
    assert cached.last_messages == fallback.last_messages == refilled.last_messages
    assert cached.last_messages[world.conversation].content == "hello"
    assert cached.rows[0]["other_id"] == world.ann


async def test_the_last_message_is_a_hash_of_the_reports_fields_for_an_hour(world, redis):
    sent = await world.say(world.ann, "hello")
    key = f"last_msg:{world.conversation}"
    fields = {name.decode(): value.decode() for name, value in (await redis.hgetall(key)).items()}
    assert sorted(fields) == ["content", "created_at", "id", "sender_id", "type"]
    assert (fields["id"], fields["sender_id"], fields["type"]) == (str(sent), str(world.ann), "text")
    assert 3590 < await redis.ttl(key) <= 3600


async def test_a_stale_hash_is_not_believed(world, redis):
    await world.say(world.ann, "old")
    stale = await redis.hgetall(f"last_msg:{world.conversation}")
    await world.say(world.ann, "new")
    await redis.hset(f"last_msg:{world.conversation}", mapping=stale)
    listed = await world.chat.conversation_list(world.bob, limit=5)
    assert listed.last_messages[world.conversation].content == "new"


async def test_unread_counts_are_kept_in_redis_and_rebuilt_on_a_miss(world, redis):
    await world.say(world.ann, "one")
    total, conversed = f"unread:total:{world.bob}", f"unread:conv:{world.bob}:{world.conversation}"
    assert await redis.mget(total, conversed) == [None, None]
    assert await world.chat.unread_total(world.bob) == 1
    assert await world.chat.unread_conversation(world.bob, world.conversation) == 1
    await world.say(world.ann, "two")
    assert await redis.mget(total, conversed) == [b"2", b"2"]
    await world.chat.mark_read(world.bob, world.conversation)
    assert await redis.mget(total, conversed) == [b"0", None]
