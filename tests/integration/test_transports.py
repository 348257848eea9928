"""Every transport delivers what is published to a user to each of the user's sockets, once, in order."""

import asyncio
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import asyncpg
import pytest
from redis.asyncio import Redis

from reference_server.connections import Connections
from reference_server.fanout import TRANSPORTS, make_publisher, open_fanout
from reference_server.outbox import Outbox
from reference_server.transport import RESUME_NEEDED, News, Paths

pytestmark = pytest.mark.parametrize("transport", sorted(TRANSPORTS))


class Hub:
    """A publisher and two server processes' subscribers."""

    def __init__(self, publisher, redis, subscribers):
        self._publisher, self._redis, self.subscribers = publisher, redis, subscribers

    async def publish(self, *users: UUID, event: bytes, message=None) -> None:
        pipe = self._redis.pipeline(transaction=False)
        beside = self._publisher.publish(pipe, News(users=users, event=event, message=message))
        if len(pipe):
            await pipe.execute()
        if beside is not None:
            await beside


@pytest.fixture
async def hub(transport, fresh_database, fresh_redis):
    async def retold(conversation: UUID, message: UUID) -> bytes:
        return f"retold {conversation} {message}".encode()

    db = Connections(fresh_database, 2)
    paths = Paths(redis_url=fresh_redis, dsn=fresh_database, retold=retold)
    async with AsyncExitStack() as closing, Redis.from_url(fresh_redis, protocol=2) as redis:
        closing.push_async_callback(db.close)
        both = [await closing.enter_async_context(open_fanout(transport, paths)) for _ in range(2)]
        yield Hub(make_publisher(transport, db), redis, both)


async def frames(outbox: Outbox, count: int) -> list[str]:
    return [await asyncio.wait_for(outbox.take(), 5) for _ in range(count)]


async def nothing_more(outbox: Outbox) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(outbox.take(), 0.1)


async def test_each_socket_at_each_server_gets_each_event_once_and_in_order(hub):
    ann, bob, eve = uuid4(), uuid4(), uuid4()
    phone, laptop, tablet, stranger = (Outbox() for _ in range(4))
    await hub.subscribers[0].attach(bob, phone)
    await hub.subscribers[0].attach(bob, laptop)
    await hub.subscribers[1].attach(bob, tablet)
    await hub.subscribers[1].attach(eve, stranger)
    sent = [f"event {number}" for number in range(50)]
    for text in sent:
        await hub.publish(ann, bob, event=text.encode())
    for box in (phone, laptop, tablet):
        assert await frames(box, 50) == sent
        await nothing_more(box)
    await nothing_more(stranger)


async def test_what_is_published_after_a_socket_left_does_not_reach_it(hub):
    bob, leaving, staying = uuid4(), Outbox(), Outbox()
    await hub.subscribers[0].attach(bob, leaving)
    await hub.subscribers[0].attach(bob, staying)
    await hub.subscribers[0].detach(bob, leaving)
    await hub.publish(bob, event=b"later")
    assert await frames(staying, 1) == ["later"]
    await nothing_more(leaving)


async def test_devices_that_come_and_go_at_once_leave_no_user_unheard(hub):
    bob, staying = uuid4(), Outbox()

    async def come_and_go() -> None:
        box = Outbox()
        for _ in range(10):
            await hub.subscribers[0].attach(bob, box)
            await hub.subscribers[0].detach(bob, box)

    coming = [asyncio.create_task(come_and_go()) for _ in range(4)]
    await hub.subscribers[0].attach(bob, staying)
    await asyncio.gather(*coming)
    await hub.publish(bob, event=b"hello")
    assert await frames(staying, 1) == ["hello"]
    await nothing_more(staying)


async def test_an_event_too_long_for_a_notification_arrives_all_the_same_and_in_its_place(hub, transport):
    bob, box, conversation, message = uuid4(), Outbox(), uuid4(), uuid4()
    await hub.subscribers[0].attach(bob, box)
    long = "x" * 9_000
    await hub.publish(bob, event=b"before")
    await hub.publish(bob, event=long.encode(), message=(conversation, message))
    await hub.publish(bob, event=b"after")
    whole = f"retold {conversation} {message}" if transport == "notify" else long
    assert await frames(box, 3) == ["before", whole, "after"]


async def test_after_a_lost_connection_events_flow_again_and_sockets_know_whether_to_resume(
    hub, transport, fresh_database, fresh_redis
):
    bob, box = uuid4(), Outbox()
    await hub.subscribers[0].attach(bob, box)
    await cut(transport, fresh_database, fresh_redis)
    if transport == "streams":
        await hub.publish(bob, event=b"meanwhile")
        assert await frames(box, 1) == ["meanwhile"]
    else:
        assert await frames(box, 1) == [RESUME_NEEDED]
    await hub.publish(bob, event=b"again")
    assert await frames(box, 1) == ["again"]
    await nothing_more(box)


async def cut(transport: str, dsn: str, redis_url: str) -> None:
    if transport == "notify":
        database = await asyncpg.connect(dsn)
        await database.execute(
            "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
        await database.close()
        return
    async with Redis.from_url(redis_url, protocol=2) as redis:
        kind = ("TYPE", "normal") if transport == "streams" else ("TYPE", "pubsub")
        await redis.execute_command("CLIENT", "KILL", *kind, "SKIPME", "yes")
