"""A variant may leave Redis out: then PostgreSQL answers, the same."""

from dataclasses import replace
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from reference_server.opening import open_chat
from reference_server.records import Draft
from reference_server.variant import CachePolicy


@pytest.fixture
async def chat(world):
    without = replace(world.chat.variant, cache=CachePolicy(last_message=False, unread=False, presence=False))
    async with open_chat(world.dsn, world.redis_url, without, connections=2) as chat:
        yield chat


async def test_without_caches_nothing_is_stored_in_redis_and_the_answers_are_the_same(world, chat):
    async with Redis.from_url(world.redis_url) as redis:
        await redis.flushdb()
        sent = [await chat.send(world.ann, world.conversation, draft) for draft in drafts()]
        assert await chat.unread_total(world.bob) == 2
        assert await chat.unread_conversation(world.bob, world.conversation) == 2
        await chat.delete_message(world.ann, sent[1].message["id"])
        listed = await chat.conversation_list(world.bob, limit=5)
        assert listed.last_messages[world.conversation].id == sent[0].message["id"]
        assert await chat.mark_read(world.bob, world.conversation) == 1
        await chat.heartbeat(world.ann)
        assert [one.online for one in await chat.presence_lookup(world.bob, [world.ann])] == [False]
        assert await redis.keys("*") == []


def drafts():
    return [Draft(id=uuid4(), type="text", content=content) for content in ("one", "two")]
