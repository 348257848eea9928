"""A client's device whose line is cut and that comes back with its cursor: at the server, and without one."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from scenarios.clients.direct import direct_client
from scenarios.clients.server import server_client
from scenarios.protocol import ChatClient
from tests.integration.api_fixtures import SECRET, Api


@pytest.fixture(params=["server", "direct"])
async def client(api: Api, request: pytest.FixtureRequest) -> AsyncIterator[ChatClient]:
    if request.param == "server":
        async with server_client(urls=tuple(api.urls), secret=SECRET) as over_http:
            yield over_http
    else:
        async with direct_client(postgres=api.dsn, redis=api.redis_url, variant="spec", connections=2) as in_process:
            yield in_process


class Heard:
    """What a device tells of its messages."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bool]] = []

    def __call__(self, message: str, at_ns: int, resumed: bool) -> None:  # noqa: FBT001 - the protocol's
        assert at_ns > 0
        self.told.append((message, resumed))

    async def have(self, count: int) -> list[tuple[str, bool]]:
        async with asyncio.timeout(10):
            while len(self.told) < count:  # noqa: ASYNC110 - a device tells no event
                await asyncio.sleep(0.01)
        return self.told


async def test_a_device_that_comes_back_with_its_cursor_is_told_what_it_missed_and_goes_on(
    api: Api, client: ChatClient
) -> None:
    conversation = UUID(await api.conversation())

    async def say() -> str:
        message = uuid4()
        await client.send(api.ann, conversation, message=message, content="hello")
        return str(message)

    heard = Heard()
    line = await client.listen(api.bob, 1, heard)
    assert line.cursor is None
    first = await say()
    await heard.have(1)
    await line.drop()
    missed = [await say(), await say()]
    await asyncio.sleep(0.05)
    assert heard.told == [(first, False)]

    line = await client.listen(api.bob, 1, heard, after=line.cursor)
    assert heard.told == [(first, False), *((message, True) for message in missed)]
    assert line.is_whole
    live = await say()
    assert (await heard.have(4))[-1] == (live, False)
    await line.close()


async def test_a_device_that_is_cut_off_again_before_any_message_still_knows_where_it_was(
    api: Api, client: ChatClient
) -> None:
    conversation = UUID(await api.conversation())
    heard = Heard()
    line = await client.listen(api.bob, 1, heard)
    await client.send(api.ann, conversation, message=uuid4(), content="hello")
    await heard.have(1)
    cursor = line.cursor
    await line.drop()
    line = await client.listen(api.bob, 1, heard, after=cursor)
    await line.drop()
    assert line.cursor == cursor
