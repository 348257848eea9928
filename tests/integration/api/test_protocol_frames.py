"""Real frames of two reference servers have the form that the AsyncAPI document gives them; every kind is seen."""

import orjson
import pytest
from redis.asyncio import Redis

from harness.conform.errors import Deviation
from harness.conform.schemas import check_frame
from reference_server.asyncapi import FROM_DEVICE, FROM_SERVER
from tests.integration.api_fixtures import Api, next_event


async def test_every_kind_of_frame_that_the_document_lists_is_sent_and_has_its_form(api: Api):
    conversation = await api.conversation()
    frames = []
    async with api.socket(api.ann, server=0) as ann, api.socket(api.bob, server=1) as bob:
        await api.say(conversation, "hello")
        frames.append(await next_event(bob, "message.new"))
        await bob.send_json({"type": "typing", "conversation_id": conversation})
        frames.append(await next_event(ann, "typing"))
        await bob.send_json({"type": "heartbeat"})
        frames.append(await next_event(ann, "presence.changed"))
        await api.call("POST", f"/v1/conversations/{conversation}/read", api.bob)
        frames.append(await next_event(ann, "message.read"))
        await bob.send_str("no json")
        frames.append(await next_event(bob, "error"))
        async with api.socket(api.bob, after=frames[0]["cursor"]) as again:
            frames.append(await next_event(again, "resume.done"))
        async with Redis.from_url(api.redis_url, protocol=2) as redis:
            await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        frames.append(await next_event(ann, "resume.needed"))
    for frame in frames:
        check_frame(frame)
    assert {frame["type"] for frame in frames} == set(FROM_SERVER)


async def test_a_message_with_media_has_the_form_too(api: Api):
    conversation = await api.conversation()
    picture = {"url": "https://example.org/a.png", "type": "image", "size": 7}
    body = {"id": "6f1c9a52-3f0e-4c1b-9d57-0a8e2f4b6c11", "type": "image", "content": "", "media": [picture]}
    async with api.socket(api.bob) as bob:
        answer = await api.call("POST", f"/v1/conversations/{conversation}/messages", json=body)
        assert answer.status == 201
        check_frame(await next_event(bob))


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "dance"},
        {"type": "typing"},
        {"type": "typing", "payload": {"conversation_id": "x"}},
        {"type": "resume.done", "payload": {"count": -1, "complete": True}},
        {"type": "message.new", "payload": {}, "cursor": "x"},
    ],
    ids=lambda frame: orjson.dumps(frame).decode()[:40],
)
def test_a_frame_that_is_not_described_is_told(frame):
    with pytest.raises(Deviation):
        check_frame(frame)


async def test_what_the_document_lets_a_device_send_is_obeyed(api: Api):
    conversation = await api.conversation()
    async with api.socket(api.bob) as bob:
        for kind in FROM_DEVICE:
            await bob.send_json({"type": kind} | ({"conversation_id": conversation} if kind == "typing" else {}))
        message = await api.say(conversation, "hello")
        # an error frame would have come first
        assert (await next_event(bob))["payload"]["id"] == message


async def test_both_documents_are_served_without_a_token(api: Api):
    for name, version in (("openapi", "3.1.0"), ("asyncapi", "3.0.0")):
        answer = await api.call("GET", f"/{name}.json", headers={})
        assert (answer.status, answer.body[name]) == (200, version)
