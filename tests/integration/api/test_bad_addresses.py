"""What is asked for by a bad limit, cursor, id, token or path is refused with problem details, never with a 500."""

import base64
import struct
from uuid import uuid4

import pytest

from tests.integration.api.bad_input import EDGES, HANDSHAKE, NIL, assert_healthy, assert_problem, cursor
from tests.integration.api_fixtures import Api, bearer, token

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


CURSORS = ["", "x", "%00", "é", "=" * 40, "A" * 31, "A" * 33, "A" * 5000, cursor(2**63 - 1), cursor(-(2**63))]


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


async def test_a_cursor_of_numbers_is_refused_where_ids_are_uuids(api: Api):
    conversation = await api.conversation()
    numbered = base64.urlsafe_b64encode(struct.pack(">qq", 0, 7)).decode().rstrip("=")
    paths = ["/v1/conversations", f"/v1/conversations/{conversation}/messages", "/v1/blocks"]
    for path in [*paths, f"/v1/conversations/{conversation}/media"]:
        assert_problem(await api.call("GET", f"{path}?before={numbered}"), 400)
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
            handshake = HANDSHAKE if path == "/v1/ws" else {}
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
