"""Bodies that make no sense, or too much of one, are refused with problem details and stored nowhere."""

from uuid import uuid4

import orjson

from tests.integration.api.bad_input import NIL, assert_healthy, assert_problem
from tests.integration.api_fixtures import Api

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
