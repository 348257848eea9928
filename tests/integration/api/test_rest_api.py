"""The REST API does what it says, for the caller alone."""

import asyncio
import re
import signal
import sys
from uuid import UUID, uuid4

import pytest

from tests.integration.api_fixtures import Api, loaded, server_process, url_of

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


async def test_a_message_is_stored_once_however_often_it_is_sent(api: Api):
    conversation = await api.conversation()
    path = f"/v1/conversations/{conversation}/messages"
    draft = {"id": str(uuid4()), "type": "text", "content": "hello"}
    first = await api.call("POST", path, json=draft)
    again = await api.call("POST", path, json=draft, server=1)
    assert (first.status, again.status) == (201, 200)
    assert first.body == again.body
    page = await api.call("GET", path, api.bob)
    assert page.body == {"items": [first.body], "next": None}


async def test_pages_reach_every_message_once_newest_first(api: Api):
    conversation = await api.conversation()
    sent = [await api.say(conversation, f"{number}") for number in range(7)]
    seen, cursor = [], ""
    while cursor is not None:
        query = f"?limit=3&before={cursor}" if cursor else "?limit=3"
        page = (await api.call("GET", f"/v1/conversations/{conversation}/messages{query}")).body
        seen += [message["id"] for message in page["items"]]
        cursor = page["next"]
    assert seen == sent[::-1]


async def test_media_come_back_as_they_were_sent(api: Api):
    conversation = await api.conversation()
    media = [{"url": "https://example.org/ü.png", "type": "image", "mimeType": "image/png", "size": 12_345}]
    draft = {"id": str(uuid4()), "type": "image", "content": None, "media": media}
    await api.call("POST", f"/v1/conversations/{conversation}/messages", json=draft)
    await api.say(conversation, "no picture")
    gallery = await api.call("GET", f"/v1/conversations/{conversation}/media?type=image", api.bob)
    assert [message["media"] for message in gallery.body["items"]] == [media]
    assert (await api.call("GET", f"/v1/conversations/{conversation}/media?type=video")).body["items"] == []


async def test_the_list_of_conversations_shows_what_a_client_draws(api: Api):
    conversation = await api.conversation()
    message = await api.say(conversation, "hello")
    await api.call("POST", "/v1/presence/heartbeat", api.ann)
    page = (await api.call("GET", "/v1/conversations", api.bob)).body
    [listed] = page["items"]
    assert listed["id"] == conversation
    assert listed["other_id"] == str(api.ann)
    assert listed["unread_count"] == 1
    assert listed["last_message"]["id"] == message
    assert listed["last_message"]["content"] == "hello"
    assert listed["presence"]["online"] is True
    assert all(RFC_3339.fullmatch(listed[name]) for name in ("created_at", "updated_at", "last_message_at"))


async def test_unread_counts_rise_with_messages_and_fall_with_reading(api: Api):
    conversation = await api.conversation()
    await api.say(conversation, "one")
    await api.say(conversation, "two")
    assert (await api.call("GET", "/v1/unread", api.bob, server=1)).body == {"unread": 2}
    assert (await api.call("GET", f"/v1/conversations/{conversation}/unread", api.bob)).body == {"unread": 2}
    assert (await api.call("POST", f"/v1/conversations/{conversation}/read", api.bob)).body == {"read": 2}
    assert (await api.call("GET", "/v1/unread", api.bob, server=1)).body == {"unread": 0}


async def test_presence_is_seen_through_every_server(api: Api):
    await api.call("POST", "/v1/presence/heartbeat", api.ann)
    asked = {"user_ids": [str(api.ann), str(api.bob)]}
    found = (await api.call("POST", "/v1/presence/lookup", api.eve, server=1, json=asked)).body["items"]
    assert [(one["user_id"], one["online"]) for one in found] == [(str(api.ann), True), (str(api.bob), False)]
    await api.call("POST", "/v1/presence/offline", api.ann)
    found = (await api.call("POST", "/v1/presence/lookup", api.eve, server=1, json=asked)).body["items"]
    assert found[0]["online"] is False
    seen = await api.call("GET", f"/v1/users/{api.ann}/last-seen", api.eve)
    assert RFC_3339.fullmatch(seen.body["last_seen"])


async def test_who_is_blocked_cannot_send_until_unblocked(api: Api):
    conversation = await api.conversation()
    assert (await api.call("PUT", f"/v1/blocks/{api.ann}", api.bob)).status == 204
    assert (await api.call("GET", f"/v1/blocks/{api.bob}")).body == {"blocked_by_me": False, "blocks_me": True}
    assert [one["user_id"] for one in (await api.call("GET", "/v1/blocks", api.bob)).body["items"]] == [str(api.ann)]
    draft = {"id": str(uuid4()), "type": "text", "content": "hello"}
    refused = await api.call("POST", f"/v1/conversations/{conversation}/messages", json=draft)
    assert (refused.status, refused.body["code"]) == (403, "blocked")
    await api.call("DELETE", f"/v1/blocks/{api.ann}", api.bob)
    assert (await api.call("POST", f"/v1/conversations/{conversation}/messages", json=draft)).status == 201


async def test_only_a_sender_deletes_a_message(api: Api):
    conversation = await api.conversation()
    message = await api.say(conversation, "oops")
    assert (await api.call("DELETE", f"/v1/messages/{message}", api.bob)).status == 403
    assert (await api.call("DELETE", f"/v1/messages/{message}", api.eve)).status == 404
    assert (await api.call("DELETE", f"/v1/messages/{message}", api.ann)).status == 204
    assert (await api.call("DELETE", f"/v1/messages/{message}", api.ann)).status == 404


async def test_who_leaves_takes_their_conversations_along(api: Api):
    conversation = await api.conversation()
    assert (await api.call("DELETE", "/v1/users/me", api.ann)).status == 204
    assert (await api.call("GET", f"/v1/conversations/{conversation}/messages", api.bob)).status == 404
    assert (await api.call("GET", "/v1/conversations", api.bob)).body["items"] == []


STRANGERS = [
    ("GET", "/v1/conversations/{}/messages", None),
    ("POST", "/v1/conversations/{}/messages", {"id": str(UUID(int=7)), "type": "text", "content": "x"}),
    ("GET", "/v1/conversations/{}/media", None),
    ("GET", "/v1/conversations/{}/unread", None),
    ("POST", "/v1/conversations/{}/read", None),
]


async def test_a_conversation_of_others_looks_like_none_at_all(api: Api):
    conversation = await api.conversation()
    await api.say(conversation, "secret")
    for method, path, body in STRANGERS:
        theirs = await api.call(method, path.format(conversation), api.eve, json=body)
        nobodys = await api.call(method, path.format(uuid4()), api.eve, json=body)
        assert (theirs.status, nobodys.status) == (404, 404), path
        assert theirs.body["title"] == nobodys.body["title"]


async def test_health_and_document_need_no_token(api: Api):
    assert (await api.call("GET", "/healthz", headers={})).body == {"status": "ok"}
    assert (await api.call("GET", "/openapi.json", headers={})).body["openapi"].startswith("3.1")


async def test_a_terminated_server_stops_cleanly_and_soon(api: Api):
    async with api.socket(api.ann, server=1) as socket:
        api.processes[1].send_signal(signal.SIGTERM)
        await socket.receive(timeout=5)
        assert socket.close_code == 1012
    assert await asyncio.wait_for(api.processes[1].wait(), 10) == 0


@pytest.mark.parametrize(
    ("postgres", "redis", "options", "code", "says"),
    [
        ("postgresql://nobody@127.0.0.1:1/none", None, (), 3, "PostgreSQL cannot be reached"),
        (None, "redis://127.0.0.1:1/0", (), 3, "Redis"),
        (None, None, ("--variant", "spce"), 2, "Did you mean spec"),
        (None, None, ("--port", "99999"), 2, "99999"),
    ],
)
async def test_a_server_that_cannot_start_says_why(fresh_database, fresh_redis, postgres, redis, options, code, says):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "reference_server.serve", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            "CHATBENCH_POSTGRES": postgres or fresh_database,
            "CHATBENCH_REDIS": redis or fresh_redis,
            "CHATBENCH_TOKEN_SECRET": "x" * 32,
        },
    )
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == code
    assert out == b""
    assert says in err.decode()
    assert "Traceback" not in err.decode()
    assert "x" * 32 not in err.decode()


async def test_a_port_that_is_taken_is_named(fresh_database, fresh_redis):
    async with loaded(fresh_database), server_process(fresh_database, fresh_redis) as first:
        port = (await url_of(first)).rpartition(":")[2]
        async with server_process(fresh_database, fresh_redis, "--port", port) as second:
            assert await asyncio.wait_for(second.wait(), 20) == 3


async def test_a_user_signs_up_once_under_a_name_of_their_own(api: Api):
    newcomer = uuid4()
    for _ in range(2):
        assert (await api.call("PUT", "/v1/users/me", newcomer, json={"username": "nora"})).status == 204
    assert await api.conversation(newcomer, api.ann)
    taken = await api.call("PUT", "/v1/users/me", uuid4(), json={"username": "nora"})
    assert (taken.status, taken.body["code"]) == (409, "conflict")
    for wrong in ({}, {"username": ""}, {"username": 7}, {"username": "a\nb"}, {"username": "x" * 101}, {"name": "x"}):
        assert (await api.call("PUT", "/v1/users/me", uuid4(), json=wrong)).status == 422
    assert (await api.call("DELETE", "/v1/users/me", newcomer)).status == 204
    assert (await api.call("POST", "/v1/conversations", json={"user_id": str(newcomer)})).status == 404


async def test_a_user_who_signs_up_several_times_at_once_is_there_once(api: Api):
    newcomer = uuid4()
    body = {"username": "twice"}
    answers = await asyncio.gather(
        *(api.call("PUT", "/v1/users/me", newcomer, server=n % 2, json=body) for n in range(8))
    )
    assert [answer.status for answer in answers] == [204] * 8
