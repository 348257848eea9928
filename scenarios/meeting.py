"""A worker's side of the muster: it says where it is, and waits until the master lets it go on."""

import asyncio
from typing import Any

from locust.runners import WorkerRunner

from scenarios.engine import engine
from scenarios.fleet import Go
from scenarios.muster import AT, GO


class Meeting:
    """Between the session, in the engine's loop, and the master's messages, in gevent's thread."""

    def __init__(self, runner: WorkerRunner, name: str) -> None:
        self._runner, self._name = runner, name
        self._waiting: asyncio.Future[Go] | None = None
        runner.register_message(GO, self._on_go)

    async def at(self, point: str) -> Go:
        """In the engine's loop."""
        self._waiting = asyncio.get_running_loop().create_future()
        engine().post(self._runner.send_message, AT, {"point": point, "name": self._name})
        return await self._waiting

    def _on_go(self, msg: Any, **_: Any) -> None:
        engine().submit(self._let_go, Go(point=msg.data["point"], elapsed_s=msg.data["elapsed_s"]))

    def _let_go(self, go: Go) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(go)
