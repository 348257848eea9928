"""Bad input is answered with problem details, never with a 500, and the next good request works."""

import asyncio
import base64
import struct
from uuid import UUID, uuid4

import orjson
import pytest

from reference_server.times import EARLIEST, LATEST
from tests.integration.api_fixtures import SECRET, Answer, Api, bearer, token

NIL = UUID(int=0)


def assert_problem(answer: Answer, *statuses: int) -> None:
    assert answer.status in (statuses or range(400, 500)), answer
    assert answer.media_type == "application/problem+json", answer
    assert set(answer.body) == {"type", "title", "status", "code", "detail"}
    assert answer.body["status"] == answer.status
    assert SECRET not in orjson.dumps(answer.body).decode()


async def assert_healthy(api: Api) -> None:
    """More often than the servers have connections: one that leaked would block."""
    good = await asyncio.gather(*(api.call("GET", "/v1/conversations") for _ in range(8)))
    assert [answer.status for answer in good] == [200] * 8


BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"17",
    b"\xff\xfe",
    b'{"user_id": "\\ud800"}',
    b"[" * 100_000,
    b"{}",
    b'{"user_id": null}',
    b'{"user_id": 17}',
    b'{"user_id": ["x"]}',
    b'{"user_id": "not-a-uuid"}',
    b'{"user_id": "00000000000000000000000000000000"}',
    b'{"user_id": "' + b"a" * 1000 + b'"}',
    b'{"userid": "6f1c9a52-3f0e-4c1b-9d57-0a8e2f4b6c11"}',
    b'{"user_id": "6f1c9a52-3f0e-4c1b-9d57-0a8e2f4b6c11", "more": 1}',
]


async def test_bodies_that_make_no_sense_are_refused_everywhere(api: Api):
    conversation = await api.conversation()
    for path in ("/v1/conversations", f"/v1/conversations/{conversation}/messages", "/v1/presence/lookup"):
        for body in BODIES:
            assert_problem(await api.call("POST", path, data=body))
    await assert_healthy(api)


def draft(**fields):
    return {"id": str(uuid4()), "type": "text", "content": "hello", **fields}


def image(**fields):
    return draft(type="image", content=None, media=[{"url": "https://a.b/c", "type": "image", **fields}])


DRAFTS = [
    draft(id=None),
    draft(id=7),
    draft(id="x"),
    draft(type=None),
    draft(type=7),
    draft(type="TEXT"),
    draft(type=["text"]),
    draft(type="\x00"),
    draft(content=None),
    draft(content=""),
    draft(content=7),
    draft(content=["hello"]),
    draft(content={"a": 1}),
    draft(content="a\x00b"),
    draft(content="é" * 40_000),
    draft(media=[]) | {"media": "x"},
    draft(media={}),
    draft(media=[{"url": "https://a.b/c", "type": "image"}]),
    draft(sender_id=str(NIL)),
    image(url=None),
    image(url="javascript:alert(1)"),
    image(url="http://["),
    image(url=7),
    image(type="video"),
    image(mimeType="text/html"),
    image(mimeType=7),
    image(size=-1),
    image(size=10**12),
    image(size=10**30),
    image(size=1.5),
    image(size=True),
    image(width="7"),
    image(filename="a\x00b"),
    image(surprise=1),
    draft(type="image", content=None, media=[]),
    draft(type="image", content=None, media=None),
    draft(type="image", content=None, media=[None]),
    draft(type="image", content=None, media=[[]]),
    draft(type="image", content=None, media=[{"url": "https://a.b/c", "type": "image"}] * 11),
]


async def test_messages_that_break_a_rule_are_refused_and_not_stored(api: Api):
    conversation = await api.conversation()
    path = f"/v1/conversations/{conversation}/messages"
    for body in DRAFTS:
        assert_problem(await api.call("POST", path, json=body), 400, 422)
    assert (await api.call("GET", path)).body["items"] == []
    await assert_healthy(api)


async def test_the_id_of_another_message_is_a_conflict(api: Api):
    conversation, elsewhere = await api.conversation(), await api.conversation(api.ann, api.eve)
    message = await api.say(conversation, "hello")
    for user, where in ((api.bob, conversation), (api.ann, elsewhere)):
        again = await api.call("POST", f"/v1/conversations/{where}/messages", user, json=draft(id=message))
        assert_problem(again, 409)


async def test_a_body_over_the_limit_is_413_and_one_at_the_limit_is_read(api: Api):
    conversation = await api.conversation()
    path = f"/v1/conversations/{conversation}/messages"
    limit = 256 * 1024
    for size in (limit + 1, 1_000_000):
        assert_problem(await api.call("POST", path, data=b" " * size), 413)

    async def endless():
        for _ in range(100):
            yield b" " * 10_000

    assert_problem(await api.call("POST", path, data=endless()), 413)
    body = orjson.dumps(draft())
    assert (await api.call("POST", path, data=body + b" " * (limit - len(body)))).status == 201
    await assert_healthy(api)


LIMITS = ["0", "-1", "201", "1e3", "x", "", "1.0", "٣", "99999999999999999999", "1 ", "%00", "null"]


@pytest.mark.parametrize("limit", LIMITS)
async def test_a_limit_outside_1_to_200_is_refused(api: Api, limit):
    conversation = await api.conversation()
    for path in (
        "/v1/conversations",
        f"/v1/conversations/{conversation}/messages",
        f"/v1/conversations/{conversation}/media",
        "/v1/blocks",
    ):
        assert_problem(await api.call("GET", f"{path}?limit={limit}"), 400, 422)
    await assert_healthy(api)


def cursor(microseconds: int) -> str:
    return base64.urlsafe_b64encode(struct.pack(">q16s", microseconds, NIL.bytes)).decode()


CURSORS = ["", "x", "%00", "é", "=" * 40, "A" * 31, "A" * 33, "A" * 5000, cursor(2**63 - 1), cursor(-(2**63))]
#: The first and the last microsecond that Python knows.
EDGES = [cursor(EARLIEST), cursor(LATEST)]


async def test_cursors_that_nobody_gave_are_refused(api: Api):
    conversation = await api.conversation()
    await api.say(conversation, "hello")
    paths = ["/v1/conversations", f"/v1/conversations/{conversation}/messages", "/v1/blocks"]
    for path in [*paths, f"/v1/conversations/{conversation}/media"]:
        for text in CURSORS:
            assert_problem(await api.call("GET", f"{path}?before={text}"), 400)
        for text in EDGES:
            assert (await api.call("GET", f"{path}?before={text}")).status in (200, 400)
    await assert_healthy(api)


async def test_unknown_kinds_of_media_are_refused(api: Api):
    conversation = await api.conversation()
    for kind in ("text", "", "IMAGE", "%00", "x" * 1000):
        assert_problem(await api.call("GET", f"/v1/conversations/{conversation}/media?type={kind}"), 422)


#: Method and path with a place for an id.
WITH_ID = [
    ("GET", "/v1/conversations/{}/messages"),
    ("GET", "/v1/conversations/{}/media"),
    ("GET", "/v1/conversations/{}/unread"),
    ("POST", "/v1/conversations/{}/read"),
    ("DELETE", "/v1/messages/{}"),
]


async def test_ids_that_are_none_and_ids_of_nothing_are_not_found(api: Api):
    for bad in ("x", "%00", "..%2f", "1" * 36, "{}", str(uuid4())[:-1], "é", uuid4().hex, str(uuid4()), str(NIL)):
        for method, path in WITH_ID:
            assert_problem(await api.call(method, path.replace("{}", bad)), 404)
    assert_problem(await api.call("POST", "/v1/conversations", json={"user_id": str(uuid4())}), 404)
    assert_problem(await api.call("PUT", f"/v1/blocks/{uuid4()}"), 404)
    for path in ("/v1/blocks/x", "/v1/users/x/last-seen"):
        assert_problem(await api.call("GET", path), 404)
    await assert_healthy(api)


async def test_what_is_done_to_oneself_is_refused(api: Api):
    assert_problem(await api.call("POST", "/v1/conversations", json={"user_id": str(api.ann)}), 422)
    assert_problem(await api.call("PUT", f"/v1/blocks/{api.ann}"), 422)


async def test_a_look_up_has_bounds(api: Api):
    for ids in ([str(api.bob)] * 501, [7], [None], ["x"], "x", [["x"]]):
        assert_problem(await api.call("POST", "/v1/presence/lookup", json={"user_ids": ids}), 400, 422)
    assert (await api.call("POST", "/v1/presence/lookup", json={"user_ids": []})).body == {"items": []}


async def test_tokens_that_are_missing_forged_or_expired_are_401(api: Api):
    good = token(api.ann)
    headers = [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": good},
        {"Authorization": f"Basic {good}"},
        {"Authorization": f"Bearer {good}x"},
        {"Authorization": f"Bearer {good[:-1]}"},
        {"Authorization": "Bearer " + "A" * 5000},
        {"Authorization": "Bearer é"},
        bearer(api.ann, expires_in_s=-1),
    ]
    for one in headers:
        for path in ("/v1/unread", "/v1/ws"):
            upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
            handshake = {**upgrade, "Sec-WebSocket-Key": "n4huiI6+PJJLaFZvsOeARg=="} if path == "/v1/ws" else {}
            answer = await api.call("GET", path, headers={**one, **handshake})
            assert_problem(answer, 401)
    assert answer.body["code"] == "unauthorized"
    await assert_healthy(api)


async def test_routes_and_methods_that_are_not_there_are_problems_too(api: Api):
    for path in ("/", "/v1", "/v2/unread", "/v1/unread/", "/v1/conversations/x", "/%00"):
        assert_problem(await api.call("GET", path), 404)
    answer = await api.call("PATCH", f"/v1/blocks/{api.bob}")
    assert_problem(answer, 405)
    assert {"GET", "PUT", "DELETE"} <= set(answer.headers["Allow"].split(", "))


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
    upgrade = {
        **bearer(api.ann),
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "n4huiI6+PJJLaFZvsOeARg==",
    }
    assert_problem(await api.call("GET", "/v1/ws?after=x", headers=upgrade), 400)
    for edge in EDGES:
        async with api.socket(api.ann, after=edge) as socket:
            assert (await socket.receive_json(timeout=5))["type"] == "resume.done"


async def test_a_cursor_of_numbers_is_refused_where_ids_are_uuids(api: Api):
    conversation = await api.conversation()
    numbered = base64.urlsafe_b64encode(struct.pack(">qq", 0, 7)).decode().rstrip("=")
    paths = ["/v1/conversations", f"/v1/conversations/{conversation}/messages", "/v1/blocks"]
    for path in [*paths, f"/v1/conversations/{conversation}/media"]:
        assert_problem(await api.call("GET", f"{path}?before={numbered}"), 400)
    await assert_healthy(api)
