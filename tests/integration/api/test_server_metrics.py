"""What a server tells Prometheus is what its clients did; without being asked for it tells nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import uuid4

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis

from tests.integration.api_fixtures import Api, loaded, next_event, server_process


@pytest.fixture
async def measured(fresh_database: str, fresh_redis: str) -> AsyncIterator[tuple[Api, str]]:
    async with (
        loaded(fresh_database) as users,
        server_process(fresh_database, fresh_redis, "--metrics-port", "0") as process,
        aiohttp.ClientSession() as http,
    ):
        ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
        api = Api(dsn=fresh_database, redis_url=fresh_redis, users=users, http=http)
        api.urls = [f"http://127.0.0.1:{ready['port']}"]
        yield api, f"http://127.0.0.1:{ready['metrics_port']}/metrics"


async def samples(api: Api, url: str) -> dict[str, float]:
    """name{label="value"} → value."""
    async with api.http.get(url) as answer:
        text = await answer.text()
    return {
        f"{one.name}{json.dumps(one.labels, sort_keys=True)}": one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def key(name: str, **labels: str) -> str:
    return f"{name}{json.dumps(labels, sort_keys=True)}"


async def test_requests_are_counted_by_route_and_status_and_no_label_holds_an_id(measured: tuple[Api, str]):
    api, url = measured
    conversation = await api.conversation()
    for number in range(3):
        await api.say(conversation, str(number))
    path = "/v1/conversations/{id}/messages"
    await api.call("GET", path.replace("{id}", conversation))
    await api.call("GET", path.replace("{id}", str(uuid4())))
    await api.call("GET", f"/v1/{uuid4()}")
    await api.call("DELETE", "/v1/unread")
    await api.call("GET", "/v1/unread", headers={})
    found = await samples(api, url)
    counted = {
        ("POST", path, "201"): 3, ("GET", path, "200"): 1, ("GET", path, "404"): 1,
        ("GET", "none", "404"): 1, ("DELETE", "/v1/unread", "405"): 1, ("GET", "/v1/unread", "401"): 1,
    }  # fmt: skip
    for (method, route, status), count in counted.items():
        assert found[key("chatbench_server_requests_total", method=method, route=route, status=status)] == count
    assert found[key("chatbench_server_request_seconds_count", method="POST", route=path)] == 3
    assert 0 < found[key("chatbench_server_request_seconds_sum", method="POST", route=path)] < 60
    assert found[key("chatbench_server_requests_in_flight")] == 0
    told = " ".join(found)
    assert not [one for one in (*map(str, api.users), conversation) if one in told]


async def test_sockets_frames_connections_and_lost_connections_are_told(measured: tuple[Api, str]):
    api, url = measured
    conversation = await api.conversation()
    async with api.socket(api.bob) as phone, api.socket(api.bob) as laptop:
        await api.say(conversation, "hello")
        for device in (phone, laptop):
            await next_event(device, "message.new")
        await phone.send_json({"type": "heartbeat"})
        await phone.send_str("no json")
        await next_event(phone, "error")
        async with Redis.from_url(api.redis_url, protocol=2) as redis:
            await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await next_event(phone, "resume.needed")
        found = await samples(api, url)
    assert found[key("chatbench_server_sockets_open")] == 2
    assert found[key("chatbench_server_frames_sent_total", type="message.new")] == 2
    assert found[key("chatbench_server_frames_sent_total", type="error")] == 1
    assert found[key("chatbench_server_frames_received_total")] == 2
    assert found[key("chatbench_server_fanout_losses_total")] == 1
    assert found[key("chatbench_server_outbox_frames")] == 0
    assert found[key("chatbench_server_connections_limit", database="main")] == 3
    states = [found[key("chatbench_server_connections", database="main", state=one)] for one in ("idle", "busy")]
    assert sum(states) == 3
    assert found[key("chatbench_server_info", variant="spec")] == 1
    async with api.socket(api.ann, expires_in_s=1) as ending:
        await ending.receive(timeout=5)
    found = await samples(api, url)
    assert found[key("chatbench_server_sockets_closed_total", code="4401")] == 1
    assert found[key("chatbench_server_sockets_open")] == 0


async def test_a_server_that_was_not_asked_to_tells_nothing(api: Api):
    answer = await api.call("GET", "/metrics")
    assert answer.status == 404
