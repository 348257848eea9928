"""Bad input over HTTP: what its answers have in common, and that the servers are well afterwards."""

import asyncio
import base64
import struct
from uuid import UUID

import orjson

from reference_server.times import EARLIEST, LATEST
from tests.integration.api_fixtures import SECRET, Answer, Api

NIL = UUID(int=0)
#: A socket's handshake, for answers that refuse it.
HANDSHAKE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "n4huiI6+PJJLaFZvsOeARg==",
}


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


def cursor(microseconds: int) -> str:
    return base64.urlsafe_b64encode(struct.pack(">q16s", microseconds, NIL.bytes)).decode()


#: The first and the last microsecond that Python knows.
EDGES = [cursor(EARLIEST), cursor(LATEST)]
