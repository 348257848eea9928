"""Whatever the order of their steps, changes and readers leave unread counts that are absent or right."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from redis.asyncio import Redis

from reference_server.cache.unread import (
    UnreadCache,
    conversation_key,
    queue_begin,
    queue_finish,
    queue_forget,
    queue_forget_user,
    sequence_key,
    total_key,
)

USER, CONVERSATION, ELSEWHERE = UUID(int=1), UUID(int=2), UUID(int=3)
TOTAL, CONVERSED = total_key(USER), conversation_key(USER, CONVERSATION)

Step = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class World:
    """A database of two counters, each step of a transaction's effect atomic, beside the real Redis."""

    redis: Redis
    here: int = 2
    elsewhere: int = 3
    cache: UnreadCache = field(init=False)

    def __post_init__(self) -> None:
        self.cache = UnreadCache(self.redis)

    def total(self) -> int:
        return self.here + self.elsewhere


def _changing(world: World, counter: str, conversation: UUID, by: int) -> list[Step]:
    async def commit() -> None:
        setattr(world, counter, getattr(world, counter) + by)

    return [
        lambda: queue_begin(world.redis, USER),
        commit,
        lambda: queue_finish(world.redis, USER, conversation, gained=by),
    ]


def sending(world: World) -> list[Step]:
    return _changing(world, "here", CONVERSATION, 1)


def sending_elsewhere(world: World) -> list[Step]:
    return _changing(world, "elsewhere", ELSEWHERE, 1)


def failing(world: World) -> list[Step]:
    return [
        lambda: queue_begin(world.redis, USER),
        lambda: queue_finish(world.redis, USER, CONVERSATION, gained=0),
    ]


def sending_with_unknown_outcome(world: World) -> list[Step]:
    begin, commit, _ = sending(world)
    return [begin, commit, lambda: queue_forget(world.redis, USER, CONVERSATION)]


def deleting_unread(world: World) -> list[Step]:
    return _changing(world, "here", CONVERSATION, -1)


def marking_read(world: World) -> list[Step]:
    marked = 0

    async def commit() -> None:
        nonlocal marked
        marked, world.here = world.here, 0

    return [
        lambda: queue_begin(world.redis, USER),
        commit,
        lambda: queue_finish(world.redis, USER, CONVERSATION, gained=-marked, reset=marked > 0),
    ]


def _reading(world: World, key: str, count: Callable[[], int]) -> list[Step]:
    """A reader that missed; one that hits changes nothing."""
    missed, ticket, value = False, None, 0

    async def note() -> None:
        nonlocal missed, ticket
        missed = await world.cache.get(key) is None
        ticket = await world.cache.before_read(USER)

    async def read() -> None:
        nonlocal value
        value = count()

    async def store() -> None:
        if missed:
            await world.cache.store(USER, key, ticket, value)

    return [note, read, store]


def reading_the_total(world: World) -> list[Step]:
    return _reading(world, TOTAL, world.total)


def reading_the_conversation(world: World) -> list[Step]:
    return _reading(world, CONVERSED, lambda: world.here)


Actor = Callable[[World], list[Step]]


def interleavings(lengths: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Every order in which actors with so many steps each can take them, as actors' positions."""
    if not any(lengths):
        yield ()
    for actor, left in enumerate(lengths):
        if left:
            for rest in interleavings((*lengths[:actor], left - 1, *lengths[actor + 1 :])):
                yield (actor, *rest)


@pytest.fixture
async def redis(fresh_redis):
    async with Redis.from_url(fresh_redis, protocol=2) as client:
        yield client


async def check_every_order(redis: Redis, actors: tuple[Actor, ...], *, cached: bool) -> int:
    """How many orders were tried."""
    lengths = tuple(len(actor(World(redis))) for actor in actors)
    tried = 0
    for order in interleavings(lengths):
        tried += 1
        world = World(redis)
        await redis.flushdb()
        if cached:
            await redis.mset({TOTAL: world.total(), CONVERSED: world.here})
        steps = [iter(actor(world)) for actor in actors]
        for position in order:
            await next(steps[position])()
        names = [actors[position].__name__ for position in order]
        assert await redis.get(TOTAL) in (None, str(world.total()).encode()), names
        assert await redis.get(CONVERSED) in (None, str(world.here).encode()), names
        assert not await redis.keys("chatbench:unread:in_flight:*"), names
    return tried


CHANGES = [sending, sending_elsewhere, failing, sending_with_unknown_outcome, deleting_unread, marking_read]
READERS = [reading_the_total, reading_the_conversation]


@pytest.mark.parametrize("cached", [True, False], ids=["cached", "missing"])
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_and_a_reader_in_every_order(redis, change, reader, cached):
    assert await check_every_order(redis, (change, reader), cached=cached) in (10, 20)


@pytest.mark.parametrize("cached", [True, False], ids=["cached", "missing"])
@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_and_mark_read_in_every_order(redis, change, cached):
    await check_every_order(redis, (change, marking_read), cached=cached)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("change", [sending, sending_with_unknown_outcome])
async def test_a_send_a_mark_read_and_a_reader_in_every_order(redis, change, reader):
    assert await check_every_order(redis, (change, marking_read, reader), cached=False) == 1680


async def test_two_readers_and_a_send_in_every_order(redis):
    assert await check_every_order(redis, (sending, reading_the_total, reading_the_conversation), cached=False) == 1680


async def test_a_count_is_kept_once_nothing_is_in_flight(redis):
    world = World(redis)
    for step in (*sending(world), *reading_the_total(world), *sending(world)):
        await step()
    assert await redis.get(TOTAL) == b"7"


async def test_a_change_whose_mark_expired_deletes_the_counts_instead_of_guessing(redis):
    world = World(redis)
    await redis.mset({TOTAL: 5, CONVERSED: 2})
    begin, commit, finish = sending(world)
    await begin()
    assert 0 < await redis.ttl(f"chatbench:unread:in_flight:{USER}") <= 60
    await redis.delete(f"chatbench:unread:in_flight:{USER}")
    await commit()
    await finish()
    assert await redis.mget(TOTAL, CONVERSED) == [None, None]


async def test_counts_have_no_ttl(redis):
    world = World(redis)
    for step in (*reading_the_total(world), *reading_the_conversation(world), *sending(world)):
        await step()
    assert [await redis.ttl(TOTAL), await redis.ttl(CONVERSED)] == [-1, -1]
    assert await redis.mget(TOTAL, CONVERSED) == [b"6", b"3"]


async def test_a_count_below_zero_for_a_moment_is_shown_as_zero(redis):
    await redis.set(TOTAL, -1)
    assert await UnreadCache(redis).get(TOTAL) == 0


async def test_a_count_that_was_being_read_when_its_user_left_is_not_stored_afterwards(redis):
    cache = UnreadCache(redis)
    ticket = await cache.before_read(USER)
    await queue_begin(redis, USER)
    meanwhile = await cache.before_read(USER)
    await queue_forget_user(redis, USER)
    assert not await cache.store(USER, TOTAL, ticket, 5)
    assert not await cache.store(USER, TOTAL, meanwhile, 5)
    assert await redis.keys(f"*{USER}*") == [sequence_key(USER).encode()]
