"""Durability: Redis is set for a trial and put back, sessions commit as asked, an own Redis is left alone."""

from dataclasses import replace

import pytest
from redis.asyncio import Redis

from harness.stack.errors import AccessRefused
from harness.stack.own import OwnRedis
from harness.stack.redis_guard import RedisLease
from harness.trial.durability import durable
from reference_server.opening import open_database
from reference_server.variant import load_variant

ASKED = {"redis_rdb": {"save": "3600 1", "appendonly": "no"}, "redis_aof": {"save": "", "appendonly": "yes"}}


async def config(redis: Redis) -> dict[str, str]:
    return {name: (await redis.config_get(name))[name] for name in ("save", "appendonly")}


@pytest.mark.parametrize("name", sorted(ASKED))
async def test_redis_is_as_durable_as_the_variant_asks_and_then_as_before(servers, name):
    async with Redis.from_url(servers.redis_url(0), protocol=2) as redis:
        before = await config(redis)
        async with durable(servers.stack, load_variant(name)) as record:
            assert await config(redis) == ASKED[name] == record["redis"]
            assert (await redis.info("persistence"))["aof_enabled"] == (name == "redis_aof")
        assert await config(redis) == before == {"save": "", "appendonly": "no"}


async def test_the_users_own_redis_is_not_set_unless_its_owner_allows(servers):
    own = OwnRedis(address=servers.redis_url(0), lease=RedisLease())
    stack = replace(servers.stack, redis=own)
    with pytest.raises(AccessRefused, match="CHATBENCH_CONFIGURE_REDIS"):
        async with durable(stack, load_variant("redis_aof")):
            pass
    async with durable(stack, load_variant("spec")) as record:
        assert record["redis"] == "as configured by its owner"
    async with durable(replace(stack, redis=replace(own, may_configure=True)), load_variant("redis_aof")) as record:
        assert record["redis"] == ASKED["redis_aof"]


@pytest.mark.parametrize(("name", "expected"), [("spec", "on"), ("async_commit", "off")])
async def test_sessions_wait_for_the_disk_or_not(fresh_database, name, expected):
    db = open_database(fresh_database, load_variant(name), connections=1, replica=None, shards=())
    try:
        assert await db.fetchval("SHOW synchronous_commit") == expected
    finally:
        await db.close()
