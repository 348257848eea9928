"""The wire between supervisor and page: one JSON line each way over a Unix socket, answers by the question's number."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import orjson
from redis.exceptions import RedisError

from datasets.errors import DatasetError
from harness.errors import HarnessError
from reference_server.errors import VariantError

Answers = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
#: What says what to do; anything else is a fault of ours.
TOLD = (HarnessError, DatasetError, VariantError, asyncpg.PostgresError, RedisError, OSError)
_LIMIT_BYTES = 64 * 1024 * 1024
_log = logging.getLogger(__name__)


class Wire:
    """The supervisor's end."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, **order: Any) -> None:
        """Something that was not asked for."""
        for writer in self._writers:
            writer.write(orjson.dumps(order) + b"\n")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until the page hangs up; questions are answered side by side."""
        self._writers.add(writer)
        try:
            # Ctrl-C reaches the page too, which hangs up in the middle of a line; asyncio would print either
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                while line := await reader.readline():
                    task = asyncio.create_task(self._answer(orjson.loads(line), writer))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, question: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        reply: dict[str, Any]
        try:
            reply = {"answer": await self._answers(question)}
        except TOLD as error:
            reply = {"error": str(error)}
        except Exception as error:  # noqa: BLE001 - said on the page and in the log; the wire must go on
            _log.exception("the question %s failed", question.get("ask"))
            reply = {"error": f"{type(error).__name__}: {error}. This is a fault of chatbench; its log has more."}
        writer.write(orjson.dumps({"id": question["id"], **reply}, default=str) + b"\n")
        with contextlib.suppress(ConnectionError):
            await writer.drain()


@asynccontextmanager
async def open_wire(path: Path, answers: Answers) -> AsyncIterator[Wire]:
    wire = Wire(answers)
    server = await asyncio.start_unix_server(wire.serve, path=path, limit=_LIMIT_BYTES)
    try:
        yield wire
    finally:
        server.close()
