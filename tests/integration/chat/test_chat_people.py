"""Presence, blocks, and leaving."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest
from redis.asyncio import Redis

from reference_server.cache.unread import sequence_key
from reference_server.errors import BadRequest, NotFound
from reference_server.records import BlockStatus
from tests.integration.chat.distinct_variants import distinct_variants


@pytest.fixture
async def redis(world):
    async with Redis.from_url(world.redis_url, protocol=2) as client:
        yield client


async def test_a_heartbeat_means_online_for_a_minute_and_leaving_means_last_seen_for_good(world, redis):
    await world.chat.heartbeat(world.ann)
    assert 0 < await redis.ttl(f"online:{world.ann}") <= 60
    await world.chat.go_offline(world.ann)
    assert await redis.ttl(f"online:{world.ann}") == -1
    assert abs(int(await redis.get(f"online:{world.ann}")) - datetime.now(UTC).timestamp()) < 5


async def test_a_lookup_tells_online_from_last_seen_from_unknown_in_the_order_asked(world):
    await world.chat.heartbeat(world.ann)
    await world.chat.heartbeat(world.bob)
    await world.chat.go_offline(world.bob)
    found = await world.chat.presence_lookup(world.eve, [world.bob, world.eve, world.ann])
    assert [one.user for one in found] == [world.bob, world.eve, world.ann]
    assert [one.online for one in found] == [False, False, True]
    assert [one.last_seen is None for one in found] == [False, True, False]
    assert await world.chat.presence_lookup(world.eve, []) == []


async def test_a_lookup_is_one_round_trip_whatever_its_size(world, redis, monkeypatch):
    trips = []
    ask = type(world.chat).answers

    async def counted(self, pipe):
        trips.append(len(pipe))
        return await ask(self, pipe)

    monkeypatch.setattr(type(world.chat), "answers", counted)
    await world.chat.presence_lookup(world.ann, [uuid4() for _ in range(100)])
    assert trips == [101]
    with pytest.raises(BadRequest, match="at most 500"):
        await world.chat.presence_lookup(world.ann, [uuid4()] * 501)


async def test_last_seen_is_when_somebody_left(world):
    assert await world.chat.last_seen(world.bob, world.ann) is None
    await world.chat.go_offline(world.ann)
    seen = await world.chat.last_seen(world.bob, world.ann)
    assert datetime.now(UTC) - seen < timedelta(seconds=5)


async def test_others_are_told_when_somebody_comes_or_goes_and_not_at_every_heartbeat(world, redis):
    async with redis.pubsub() as listening:
        await listening.subscribe(f"chat:user:{world.bob}")
        for _ in range(3):
            await world.chat.heartbeat(world.ann)
        for _ in range(2):
            await world.chat.go_offline(world.ann)
        await world.chat.typing(world.ann, world.conversation)
        events = []
        while not events or events[-1]["type"] != "typing":
            message = await listening.get_message(ignore_subscribe_messages=True, timeout=5)
            if message is not None:
                events.append(orjson.loads(message["data"]))
    assert [event["type"] for event in events] == ["presence.changed", "presence.changed", "typing"]
    assert [event["payload"]["online"] for event in events[:2]] == [True, False]
    assert events[2]["payload"] == {"conversation_id": str(world.conversation), "user_id": str(world.ann)}


async def test_a_block_is_seen_from_both_sides_and_can_be_repeated_and_removed(world):
    for _ in range(2):
        await world.chat.block_add(world.ann, world.bob)
    assert await world.chat.block_check(world.ann, world.bob) == BlockStatus(blocked_by_me=True, blocks_me=False)
    assert await world.chat.block_check(world.bob, world.ann) == BlockStatus(blocked_by_me=False, blocks_me=True)
    for _ in range(2):
        await world.chat.block_remove(world.ann, world.bob)
    assert await world.chat.block_check(world.ann, world.bob) == BlockStatus(blocked_by_me=False, blocks_me=False)


async def test_nobody_blocks_themselves_or_nobody(world):
    with pytest.raises(BadRequest):
        await world.chat.block_add(world.ann, world.ann)
    with pytest.raises(NotFound):
        await world.chat.block_add(world.ann, uuid4())


async def test_the_block_list_pages_from_the_latest(world):
    for other in world.users[1:]:
        await world.chat.block_add(world.ann, other)
    first = await world.chat.block_list(world.ann, limit=3)
    rest = await world.chat.block_list(world.ann, limit=3, before=first.next)
    assert [row["blocked_id"] for row in (*first.rows, *rest.rows)] == world.users[:0:-1]


@pytest.mark.parametrize("variant_name", distinct_variants())
async def test_who_leaves_takes_conversations_messages_blocks_and_cached_counts_along(world, redis):
    await world.say(world.ann, "hello")
    await world.chat.heartbeat(world.ann)
    await world.chat.unread_total(world.bob)
    await world.chat.block_add(world.ann, world.eve)
    await world.chat.delete_user(world.ann)
    for table in ("conversations", "messages", "blocks"):
        assert await world.database.fetchval(f"SELECT count(*) FROM {table}") == 0
    assert await world.chat.unread_total(world.bob) == 0
    # without a count, so that a read from before is not stored after; it passes by itself
    left = set(await redis.keys("*")) - {sequence_key(world.ann).encode()}
    assert not [key for key in left if str(world.ann).encode() in key or key.startswith(b"last_msg")]
