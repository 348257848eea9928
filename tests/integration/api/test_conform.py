"""The reference server conforms, each fault is named by its check, and nobody but our own users is touched."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from harness.conform.conforming import CHECKS, Conformance, conform, tokens_of, urls_of
from harness.conform.errors import AddressError, CommandFailedError, UnreachableError
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


def test_an_address_that_is_none_and_no_secret_are_wrong_use():
    with pytest.raises(AddressError, match=r"http://127\.0\.0\.1:8000"):
        urls_of("localhost:8000")
    with pytest.raises(AddressError, match="CHATBENCH_TOKEN_SECRET"):
        tokens_of(None, None)
