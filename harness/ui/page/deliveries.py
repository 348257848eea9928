"""Live deliveries: the load's own count, asked of the engine's loop once a second while a test runs."""

from typing import Any

import gevent

from scenarios.engine import engine
from scenarios.session import Session
from scenarios.user import ChatUser

_EVERY_S = 1.0


class LiveDeliveries:
    """The last count of the test that runs, or ran last."""

    def __init__(self) -> None:
        self.counted: dict[str, Any] | None = None
        self._watching: gevent.Greenlet | None = None

    def begin(self) -> None:
        self.counted = None
        self.end()

    def watch(self) -> None:
        self._watching = gevent.spawn(self._watch)

    def end(self) -> None:
        if self._watching is not None:
            self._watching.kill(block=False)
            self._watching = None

    def _watch(self) -> None:
        while True:
            gevent.sleep(_EVERY_S)
            session = getattr(ChatUser, "session", None)
            if session is None:
                continue
            # read in the loop that writes it, carried back by the engine
            engine().submit(self._count, session)

    def _count(self, session: Session) -> None:
        engine().post(self._keep, session.deliveries.counts())

    def _keep(self, counted: dict[str, Any]) -> None:
        if counted["expected"]:
            self.counted = counted
