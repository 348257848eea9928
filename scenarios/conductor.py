"""Locust's events around the sessions: one session per test and process, their outcomes merged on the master."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
import gevent.event
import orjson
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from scenarios.engine import engine
from scenarios.live_statistics import report_live
from scenarios.outcome import Outcome, merge_outcomes
from scenarios.session import Session
from scenarios.settings import Settings, settings_from
from scenarios.user import ChatUser

_log = logging.getLogger("chatbench")
_MESSAGE = "chatbench_outcome"
#: Ordinals of different processes never meet.
_USERS_PER_PROCESS = 1_000_000
_STOP_PATIENCE_S = 15.0


class Conductor:
    """Ties one Locust environment to its sessions. Everything here runs in gevent's thread."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._session: Session | None = None
        self._done = gevent.event.Event()
        self._outcomes: list[Outcome] = []
        events = environment.events
        events.test_start.add_listener(self._on_test_start)
        events.spawning_complete.add_listener(self._on_spawned)
        events.test_stopping.add_listener(self._on_test_stopping)
        events.quitting.add_listener(self._on_quitting)
        if isinstance(environment.runner, MasterRunner):
            environment.runner.register_message(_MESSAGE, self._on_worker_outcome)

    def _on_test_start(self, environment: Environment, **_: Any) -> None:
        self._outcomes.clear()
        if isinstance(environment.runner, MasterRunner):
            return
        try:
            settings = settings_from(environment.parsed_options)
        except Exception as error:  # noqa: BLE001 - every wrong option ends the test with its sentence
            self._fail(error)
            return
        self._begin(settings)

    def _begin(self, settings: Settings) -> None:
        running = engine()
        self._done.clear()
        ChatUser.next_ordinal = getattr(self._environment.runner, "worker_index", 0) * _USERS_PER_PROCESS
        classes = [kind for kind in self._environment.user_classes if issubclass(kind, ChatUser)]

        async def prepare(session: Session) -> None:
            for kind in classes:
                await kind.prepare(session)

        ready: gevent.event.AsyncResult[Session] = gevent.event.AsyncResult()

        def build() -> None:
            session = Session(
                settings,
                prepare=prepare,
                on_live=lambda live: running.post(report_live, self._environment, live),
                on_done=lambda outcome, failure: running.post(self._on_done, outcome, failure),
            )
            running.start(session.run())
            running.post(ready.set, session)

        running.submit(build)
        self._session = ready.get()
        ChatUser.session = self._session

    def _tell(self, what: Callable[[Session], Callable[[], None]]) -> None:
        if self._session:
            engine().submit(what(self._session))

    def _on_spawned(self, **_: Any) -> None:
        self._tell(lambda session: session.all_spawned)

    def _on_test_stopping(self, **_: Any) -> None:
        """The window ends here; what it measured is collected before Locust ends the users."""
        if self._session:
            self._tell(lambda session: session.stop)
            self._done.wait(_STOP_PATIENCE_S)

    def _on_quitting(self, **_: Any) -> None:
        if self._session and not self._done.is_set():
            self._on_test_stopping()

    def _on_done(self, outcome: Outcome | None, failure: Exception | None) -> None:
        self._done.set()
        self._session = None
        if failure or outcome is None:
            self._fail(failure or RuntimeError("the load ended without an outcome"))
            return
        try:
            self._tell_outcome(outcome)
        except Exception as error:  # noqa: BLE001 - a window that cannot be told must end the process, not hang it
            self._fail(error)

    def _tell_outcome(self, outcome: Outcome) -> None:
        if isinstance(self._environment.runner, WorkerRunner):
            self._environment.runner.send_message(_MESSAGE, orjson.dumps(outcome).decode())
        else:
            self._finish([outcome])

    def _on_worker_outcome(self, environment: Environment, msg: Any, **_: Any) -> None:
        self._outcomes.append(orjson.loads(msg.data))
        if len(self._outcomes) >= environment.runner.worker_count:
            self._finish(self._outcomes)

    def _finish(self, outcomes: list[Outcome]) -> None:
        merged = merge_outcomes(outcomes)
        folder = self._environment.parsed_options.out
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            (Path(folder) / "outcome.json").write_bytes(orjson.dumps(merged, option=orjson.OPT_INDENT_2))
        if self._environment.web_ui is None:
            gevent.spawn(self._environment.runner.quit)

    def _fail(self, error: Exception) -> None:
        _log.error("%s", error)
        self._environment.process_exit_code = 2
        self._done.set()
        if self._environment.web_ui is None:
            gevent.spawn(self._environment.runner.quit)
        sys.stderr.flush()
