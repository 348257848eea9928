"""Clients that hang up, give up or send bad frames do no harm to the others."""

import asyncio
from uuid import uuid4

from tests.integration.api.bad_input import EDGES, HANDSHAKE, assert_healthy, assert_problem
from tests.integration.api_fixtures import Api, bearer, token


async def test_a_client_that_hangs_up_in_its_body_does_no_harm(api: Api):
    host, port = api.urls[0].removeprefix("http://").split(":")
    for _ in range(5):
        _, writer = await asyncio.open_connection(host, int(port))
        head = f"POST /v1/conversations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token(api.ann)}\r\n"
        writer.write(head.encode() + b'Content-Length: 1000\r\n\r\n{"user_id"')
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    await assert_healthy(api)


async def test_requests_that_were_given_up_leave_the_connections_intact(api: Api):
    conversation = await api.conversation()
    for _ in range(20):
        asked = asyncio.create_task(api.call("GET", f"/v1/conversations/{conversation}/messages"))
        await asyncio.sleep(0.001)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
    await assert_healthy(api)


FRAMES = ["", "{", "[]", "null", "7", "{}", '{"type":null}', '{"type":["x"]}', '{"type":"message.new"}']
TYPING = ['{"type":"typing"}', '{"type":"typing","conversation_id":7}', '{"type":"typing","conversation_id":"x"}']


async def test_a_bad_frame_is_answered_and_the_socket_goes_on(api: Api):
    conversation = await api.conversation()
    async with api.socket(api.bob) as socket:
        for frame in [*FRAMES, *TYPING]:
            await socket.send_str(frame)
            event = await socket.receive_json(timeout=5)
            assert event["type"] == "error", frame
            assert 400 <= event["payload"]["status"] < 500, event
        await socket.send_str(f'{{"type":"typing","conversation_id":"{uuid4()}"}}')
        assert (await socket.receive_json(timeout=5))["payload"]["status"] == 404
        await socket.send_bytes(b"\xff\x00")
        assert (await socket.receive_json(timeout=5))["type"] == "error"
        await api.say(conversation, "still there?")
        assert (await socket.receive_json(timeout=5))["type"] == "message.new"


async def test_a_frame_over_64_kib_closes_its_socket_alone(api: Api):
    conversation = await api.conversation()
    async with api.socket(api.bob) as other, api.socket(api.bob) as socket:
        await socket.send_str(" " * (64 * 1024 + 1))
        await socket.receive(timeout=5)
        assert socket.close_code == 1009
        await api.say(conversation, "hello")
        assert (await other.receive_json(timeout=5))["type"] == "message.new"


async def test_a_socket_that_resumes_from_no_cursor_is_refused(api: Api):
    assert_problem(await api.call("GET", "/v1/ws?after=x", headers=HANDSHAKE | bearer(api.ann)), 400)
    for edge in EDGES:
        async with api.socket(api.ann, after=edge) as socket:
            assert (await socket.receive_json(timeout=5))["type"] == "resume.done"
