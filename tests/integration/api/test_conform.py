"""The reference server conforms, each fault is named by its check, and nobody but our own users is touched."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import uuid4

import aiohttp
import asyncpg
import pytest
from aiohttp import web
from redis.asyncio import Redis

from harness.conform import conforming, identity
from harness.conform.conforming import CHECKS, Conformance, conform, tokens_of, urls_of
from harness.conform.device import Device
from harness.conform.errors import AddressError, CommandFailedError, Deviation, UnreachableError
from harness.conform.telling import as_dict, verdict_of
from tests.integration.api_fixtures import SECRET, Api, loaded, url_of
from tests.integration.deviating_server import FAULTS

SERVER = Path(__file__).parents[1] / "deviating_server.py"
TOKENS = tokens_of(SECRET, None)


async def test_two_reference_servers_conform_and_only_our_own_users_are_touched(api: Api):
    conversation = await api.conversation()
    await api.say(conversation, "somebody's own")
    before = await everything(api)
    found = await conform(tuple(api.urls), TOKENS)
    assert {one.check: (one.state, one.seen) for one in found.checks if one.state != "pass"} == {}
    assert [one.check for one in found.checks] == list(CHECKS)
    assert await everything(api) == before


async def everything(api: Api) -> dict[str, object]:
    database = await asyncpg.connect(api.dsn)
    tables = {
        name: await database.fetch(f"SELECT * FROM {name} ORDER BY id")
        for name in ("users", "conversations", "messages", "blocks")
    }
    await database.close()
    async with Redis.from_url(api.redis_url, protocol=2) as redis:
        return tables | {"online": sorted(await redis.keys("online:*"))}


@pytest.fixture
async def faulty(fresh_database: str, fresh_redis: str) -> AsyncIterator[str]:
    """The base URL below which each fault has its path."""
    async with loaded(fresh_database):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(SERVER), "--connections", "8"),
            stdout=asyncio.subprocess.PIPE,
            env=os.environ
            | {
                "CHATBENCH_POSTGRES": fresh_database,
                "CHATBENCH_REDIS": fresh_redis,
                "CHATBENCH_TOKEN_SECRET": SECRET,
            },
        )
        try:
            yield await url_of(process)
        finally:
            process.terminate()
            await process.wait()


async def test_each_fault_is_named_by_exactly_its_check(faulty: str):
    # a socket's expiry takes 2 s and has no fault here
    checks = [check for check in CHECKS if check != "socket_expiry"]
    every = await asyncio.gather(
        *(conform((f"{faulty}/{fault}",), TOKENS, checks=checks, patience_s=8) for fault in FAULTS)
    )
    found = dict(zip(FAULTS, every, strict=True))
    assert {fault: named(one) for fault, one in found.items()} == {
        fault: [check] if check else [] for fault, (_, check) in FAULTS.items()
    }, "\n".join(f"{fault}: {one.check}: {one.seen}" for fault in found for one in found[fault].deviations)
    said = verdict_of(found["loses_a_device"])
    assert "26 of 27 checks pass" in said
    assert "socket_devices promises: Every device of a user gets every message once" in said
    assert "device 2 of 2: 10 of 10 messages missing" in found["loses_a_device"].deviations[0].seen
    assert as_dict(found["created_again"])["conforms"] is False


def named(found: Conformance) -> list[str]:
    return [one.check for one in found.checks if one.state != "pass"]


async def test_a_server_with_another_secret_fails_by_its_tokens_and_nothing_else_is_tried(api: Api):
    found = await conform((api.urls[0],), tokens_of("another secret that nobody shares", None))
    assert [one.check for one in found.deviations] == ["sign_up"]
    assert {one.state for one in found.checks if one.check not in ("health", "sign_up")} == {"not run"}
    assert "PUT /v1/users/me answered 401" in found.checks[1].seen


async def test_tokens_and_users_may_come_from_commands_of_the_owners(api: Api, tmp_path: Path):
    signs, adds = tmp_path / "signs.py", tmp_path / "adds.py"
    signs.write_text(f"import sys\nsys.path.insert(0, {str(SERVER.parents[2])!r})\n"
                     "from uuid import UUID\nfrom tests.integration.api_fixtures import token\n"
                     "print(token(UUID(sys.argv[1])))\n")  # fmt: skip
    adds.write_text(
        "import asyncio, asyncpg, sys\n"
        "async def add():\n"
        f"    database = await asyncpg.connect({api.dsn!r})\n"
        "    sql = 'INSERT INTO users (id, username) VALUES ($1::UUID, $2)'\n"
        "    await database.execute(sql, sys.argv[1], sys.argv[1])\n"
        "    await database.close()\n"
        "asyncio.run(add())\n"
    )
    found = await conform(
        (api.urls[0],),
        tokens_of(None, f"{sys.executable} {signs}"),
        checks=["sign_up", "send", "socket_expiry"],
        sign_up_command=f"{sys.executable} {adds}",
    )
    assert [one.state for one in found.checks] == ["not run", "pass", "not run"]
    with pytest.raises(CommandFailedError, match="ended with 1"):
        await conform((api.urls[0],), tokens_of(None, "false"), checks=["send"])


async def test_nothing_at_the_address_is_said_in_a_sentence():
    with pytest.raises(UnreachableError, match="Start it, or name its URL"):
        await conform(("http://127.0.0.1:9",), TOKENS)


async def test_tokens_that_no_header_can_hold_and_a_command_that_never_ends_are_the_owners_to_mend(monkeypatch):
    with pytest.raises(CommandFailedError, match="it printed no token"):
        await tokens_of(None, "printf 'two\\nlines %s'").token(uuid4())
    monkeypatch.setattr(identity, "_PATIENCE_S", 0.2)
    with pytest.raises(CommandFailedError, match="has not ended"):
        await tokens_of(None, "sh -c 'exec sleep 60'").token(uuid4())


@asynccontextmanager
async def answering(handler) -> AsyncIterator[str]:
    """A server that answers every request by what the handler makes of it; its base URL."""
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def hangs_up(request):
    request.transport.abort()
    return web.Response()


async def never(_):
    await asyncio.sleep(60)
    return web.Response()


async def without_end(request):
    answer = web.StreamResponse()
    await answer.prepare(request)
    with suppress(ConnectionError):
        while True:
            await answer.write(b"x" * 65_536)
    return answer


async def moved(_):
    return web.Response(status=301, headers={"Location": "https://chat.example/v1/unread"})


@pytest.mark.parametrize(
    ("handler", "error", "said"),
    [
        (hangs_up, UnreachableError, "does not answer"),
        (never, UnreachableError, "no answer in time"),
        (without_end, UnreachableError, "answered with more than 8 MiB"),
        (moved, AddressError, "redirects to 'https://chat.example/v1/unread'"),
    ],
)
async def test_what_answers_like_no_server_is_told_at_once(handler, error, said, monkeypatch):
    monkeypatch.setattr(conforming, "_REQUEST_S", 0.5)
    async with answering(handler) as url:
        with pytest.raises(error, match=said):
            await conform((url,), TOKENS, patience_s=0.1)


async def test_a_site_for_people_fails_whatever_is_asked_of_it():
    async def welcome(_):
        return web.Response(text="<html>Welcome</html>", content_type="text/html")

    async with answering(welcome) as url:
        found = await conform((url,), TOKENS)
        some = await conform((url,), TOKENS, checks=["health", "send"])
    assert [one.check for one in found.deviations] == ["sign_up"]
    assert "answered 200 (text/html), expected 204" in found.deviations[0].seen
    assert [one.state for one in some.checks] == ["pass", "not run"]
    assert not some.conforms
    assert "not known whether it conforms" in verdict_of(some)


@pytest.mark.parametrize("body", ["{}", "[]", "null", '{"items": [], "next": null}', "[" * 50_000, '{"items": ['])
async def test_answers_of_any_form_fail_the_checks_and_break_none(body):
    async def odd(request):
        if request.method in ("PUT", "DELETE"):
            return web.Response(status=204)
        return web.Response(
            text=body, content_type="application/json", status=201 if "messages" in request.path else 200
        )

    async with answering(odd) as url:
        found = await conform((url,), TOKENS, patience_s=0.1)
    assert len(found.checks) == len(CHECKS)
    assert {one.check for one in found.deviations} >= {"tokens", "send", "unread", "socket_tokens"}


async def test_a_server_that_stops_answering_is_not_asked_to_the_end(monkeypatch):
    async def hangs_behind_sign_up(request):
        if request.method == "PUT" or request.path in ("/healthz", "/v1/unread"):
            return web.Response(status=204)
        return await never(request)

    monkeypatch.setattr(conforming, "_REQUEST_S", 0.3)
    async with answering(hangs_behind_sign_up) as url:
        found = await conform((url,), TOKENS, checks=["send", "unread", "media", "blocks"], patience_s=0.1)
    assert [one.state for one in found.checks] == ["fail", "fail", "fail", "not run"]
    assert found.checks[0].seen == "no answer within 0.3 s"


@pytest.mark.parametrize("kind", ["message.new", "other"])
async def test_a_socket_that_sends_without_end_is_left_after_the_patience(kind):
    async def talks(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        with suppress(ConnectionError):
            while True:
                await socket.send_json({"type": kind})
                await asyncio.sleep(0)
        return socket

    async with answering(talks) as url, aiohttp.ClientSession() as http:
        device = Device(await http.ws_connect(url), 0.2)
        assert len(await device.several("message.new", 2)) == (102 if kind == "message.new" else 0)
        await device.hang_up()


async def test_a_socket_that_closes_is_said_to_have_closed():
    async def closes(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.close(code=1011)
        return socket

    async with answering(closes) as url, aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
        with pytest.raises(Deviation, match=r"the socket closed \(1011\) before a message.new"):
            await Device(socket, 5.0).next("message.new")


def test_an_address_that_is_none_and_no_secret_are_wrong_use():
    with pytest.raises(AddressError, match=r"http://127\.0\.0\.1:8000"):
        urls_of("localhost:8000")
    for odd in ("http://", "http://[::1", "http://host:99999", "http://one,,http://two"):
        with pytest.raises(AddressError, match="is no URL"):
            urls_of(odd)
    with pytest.raises(AddressError, match="CHATBENCH_TOKEN_SECRET"):
        tokens_of(None, None)
