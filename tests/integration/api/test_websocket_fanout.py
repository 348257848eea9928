"""Events reach every device over every server; slow readers are cut off and resume without a gap."""

import asyncio
import json
import os
import socket as sockets
from base64 import b64encode
from uuid import UUID, uuid4

import asyncpg
import pytest
from redis.asyncio import Redis

from reference_server.fanout import open_fanout
from reference_server.outbox import Outbox
from reference_server.transport import Paths
from tests.integration.api_fixtures import Api, next_event, token


async def test_a_message_sent_at_one_server_reaches_sockets_at_both(api: Api):
    conversation = await api.conversation()
    async with (
        api.socket(api.bob, server=0) as phone,
        api.socket(api.bob, server=1) as laptop,
        api.socket(api.ann, server=1) as own,
        api.socket(api.eve, server=1) as stranger,
    ):
        message = await api.say(conversation, "hello", server=0)
        for socket in (phone, laptop, own):
            event = await next_event(socket)
            assert (event["type"], event["payload"]["id"]) == ("message.new", message)
            assert event["payload"]["content"] == "hello"
        with pytest.raises(TimeoutError):
            await stranger.receive(timeout=0.2)


async def test_reading_typing_and_presence_are_told_to_the_other(api: Api):
    conversation = await api.conversation()
    await api.say(conversation, "hello")
    async with api.socket(api.ann, server=0) as ann, api.socket(api.bob, server=1) as bob:
        await bob.send_json({"type": "typing", "conversation_id": conversation})
        event = await next_event(ann, "typing")
        assert event["payload"] == {"conversation_id": conversation, "user_id": str(api.bob)}
        await api.call("POST", f"/v1/conversations/{conversation}/read", api.bob)
        assert (await next_event(ann, "message.read"))["payload"]["count"] == 1
        await bob.send_json({"type": "heartbeat"})
        event = await next_event(ann, "presence.changed")
        assert (event["payload"]["user_id"], event["payload"]["online"]) == (str(api.bob), True)


async def test_a_browser_passes_its_token_in_the_url(api: Api):
    conversation = await api.conversation()
    async with api.http.ws_connect(f"{api.urls[0]}/v1/ws?token={token(api.bob)}") as socket:
        message = await api.say(conversation, "hello")
        assert (await next_event(socket))["payload"]["id"] == message


async def test_each_server_listens_once_per_user_and_only_while_a_device_is_there(api: Api):
    name = f"chat:user:{api.bob}"
    async with Redis.from_url(api.redis_url, protocol=2) as redis:
        for _ in range(3):
            async with api.socket(api.bob), api.socket(api.bob), api.socket(api.bob, server=1):
                assert dict(await redis.pubsub_numsub(name)) == {name.encode(): 2}
            await until_unsubscribed(redis, name)


async def test_sockets_that_come_together_share_the_subscribe_commands(fresh_redis: str):
    users = [uuid4() for _ in range(1_200)]
    outboxes = [Outbox() for _ in users]
    async with Redis.from_url(fresh_redis, protocol=2) as redis, open_fanout("pubsub", over(fresh_redis)) as fanout:
        await redis.config_resetstat()
        await asyncio.gather(*(fanout.attach(user, box) for user, box in zip(users, outboxes, strict=True)))
        for user in users:
            await redis.publish(f"chat:user:{user}", str(user))
        assert [await box.take() for box in outboxes] == [str(user) for user in users]
        await asyncio.gather(*(fanout.detach(user, box) for user, box in zip(users, outboxes, strict=True)))
        calls = await redis.info("commandstats")
        assert calls["cmdstat_subscribe"]["calls"] <= 6
        assert calls["cmdstat_unsubscribe"]["calls"] <= 6
        assert not await redis.pubsub_channels("chat:user:*")


async def test_devices_that_come_and_go_at_once_leave_no_channel_unheard(fresh_redis: str):
    user, staying = uuid4(), Outbox()
    async with Redis.from_url(fresh_redis, protocol=2) as redis, open_fanout("pubsub", over(fresh_redis)) as fanout:

        async def come_and_go() -> None:
            box = Outbox()
            for _ in range(20):
                await fanout.attach(user, box)
                await fanout.detach(user, box)

        coming = [asyncio.create_task(come_and_go()) for _ in range(5)]
        await fanout.attach(user, staying)
        await asyncio.gather(*coming)
        await redis.publish(f"chat:user:{user}", "hello")
        assert await asyncio.wait_for(staying.take(), 5) == "hello"


def over(redis_url: str) -> Paths:
    async def never(conversation: UUID, message: UUID) -> None:
        raise AssertionError(conversation, message)

    return Paths(redis_url=redis_url, dsn="", retold=never)


async def until_unsubscribed(redis: Redis, name: str) -> None:
    async with asyncio.timeout(5):
        while dict(await redis.pubsub_numsub(name)) != {name.encode(): 0}:  # noqa: ASYNC110 - Redis has no event for it
            await asyncio.sleep(0.02)


async def test_a_resume_sends_what_was_missed_in_order_then_live_messages(api: Api):
    conversation = await api.conversation()
    async with api.socket(api.bob) as socket:
        await api.say(conversation, "seen")
        cursor = (await next_event(socket))["cursor"]
    missed = [await api.say(conversation, f"missed {number}") for number in range(5)]
    async with api.socket(api.bob, server=1, after=cursor) as socket:
        got = [(await next_event(socket))["payload"]["id"] for _ in missed]
        assert got == missed
        assert (await next_event(socket))["payload"] == {"count": 5, "complete": True}
        live = await api.say(conversation, "live")
        assert (await next_event(socket))["payload"]["id"] == live


async def test_a_resume_amid_sends_has_no_gap_and_sends_nothing_twice(api: Api):
    conversation = await api.conversation()
    async with api.socket(api.bob) as socket:
        await api.say(conversation, "seen")
        cursor = (await next_event(socket))["cursor"]

    async def send_many() -> list[str]:
        return [await api.say(conversation, str(number), server=number % 2) for number in range(60)]

    sending = [asyncio.create_task(send_many()) for _ in range(2)]
    await asyncio.sleep(0.1)
    async with api.socket(api.bob, after=cursor) as socket:
        got = [(await next_event(socket, "message.new"))["payload"]["id"] for _ in range(120)]
    sent = await asyncio.gather(*sending)
    assert sorted(got) == sorted(message for messages in sent for message in messages)


async def test_a_message_stored_late_is_in_the_resume(api: Api):
    """Its transaction began before the last message that the device saw, and ended after the device had left."""
    conversation = await api.conversation()
    async with api.socket(api.bob) as socket:
        await api.say(conversation, "seen")
        seen = await next_event(socket)
    late = await api.say(conversation, "late")
    await set_time(api, late, "(SELECT created_at - interval '1 second' FROM messages WHERE content = 'seen')")
    async with api.socket(api.bob, after=seen["cursor"]) as socket:
        assert (await next_event(socket, "message.new"))["payload"]["id"] == late


async def set_time(api: Api, message: str, sql: str) -> None:
    database = await asyncpg.connect(api.dsn)
    await database.execute(f"UPDATE messages SET created_at = {sql} WHERE id = $1", message)
    await database.close()


async def test_a_resume_of_too_much_says_that_it_is_not_complete(api: Api):
    conversation = await api.conversation()
    async with api.socket(api.bob) as socket:
        await api.say(conversation, "seen")
        cursor = (await next_event(socket))["cursor"]
    await store_many(api, conversation, 1_100)
    async with api.socket(api.bob, after=cursor) as socket:
        done = await next_event(socket, "resume.done")
    assert done["payload"]["complete"] is False
    assert done["payload"]["count"] >= 999


async def store_many(api: Api, conversation: str, count: int) -> None:
    database = await asyncpg.connect(api.dsn)
    await database.execute(
        "INSERT INTO messages (id, conversation_id, sender_id, receiver_id, type, content) "
        "SELECT gen_random_uuid(), $1, $2, $3, 'text', 'x' FROM generate_series(1, $4)",
        conversation, api.ann, api.bob, count,
    )  # fmt: skip
    await database.execute("UPDATE conversations SET last_message_at = now() WHERE id = $1", conversation)
    await database.close()


async def test_after_a_lost_pubsub_connection_sockets_are_told_to_resume_and_events_flow_again(api: Api):
    conversation = await api.conversation()
    async with api.socket(api.bob) as socket, Redis.from_url(api.redis_url, protocol=2) as redis:
        await api.say(conversation, "before")
        cursor = (await next_event(socket))["cursor"]
        await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await next_event(socket, "resume.needed")
        after = await api.say(conversation, "after")
        assert (await next_event(socket))["payload"]["id"] == after
        async with api.socket(api.bob, after=cursor) as again:
            assert (await next_event(again))["payload"]["id"] == after


async def test_a_reader_of_nothing_is_cut_off_while_others_go_on(api: Api):
    conversation = await api.conversation()
    stuck = await deaf_socket(api)
    async with api.socket(api.bob) as quick, Redis.from_url(api.redis_url, protocol=2) as redis:
        name = f"chat:user:{api.bob}"
        frame = json.dumps({"type": "typing", "payload": {"filler": "x" * 4_000}})
        got = 0
        for _ in range(120):
            pipe = redis.pipeline(transaction=False)
            for _ in range(20):
                pipe.publish(name, frame)
            await pipe.execute()
            for _ in range(20):
                await quick.receive(timeout=5)
                got += 1
        assert got == 2_400
        message = await api.say(conversation, "hello")
        assert (await next_event(quick, "message.new"))["payload"]["id"] == message
        assert await asyncio.to_thread(close_code, stuck) in (4408, None)
    stuck.close()


async def deaf_socket(api: Api) -> sockets.socket:
    """Shakes hands and then reads nothing: its buffers fill."""
    host, port = api.urls[0].removeprefix("http://").split(":")
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 8_192)
    raw.connect((host, int(port)))
    key = b64encode(os.urandom(16)).decode()
    raw.sendall(
        f"GET /v1/ws?token={token(api.bob)} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    await asyncio.sleep(0.3)
    return raw


def close_code(raw: sockets.socket) -> int | None:
    """The code of the close frame at the end of what was sent; None when the connection was simply aborted."""
    raw.settimeout(15)
    tail = b""
    try:
        while chunk := raw.recv(1 << 20):
            tail = (tail + chunk)[-200:]
            start = tail.find(b"\x88")
            if start >= 0 and b"too slow" in tail[start:]:
                return int.from_bytes(tail[start + 2 : start + 4], "big")
    except ConnectionResetError:
        return None
    return -1


async def test_a_socket_ends_with_its_token(api: Api):
    async with api.socket(api.ann, expires_in_s=2) as socket:
        await socket.receive(timeout=5)
        assert socket.close_code == 4401
