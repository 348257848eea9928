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
from locust.runners import STATE_INIT, STATE_STOPPED, MasterRunner, WorkerRunner

from scenarios.choosing import chosen, keep_tagged, take_classes
from scenarios.deliveries import delivered
from scenarios.devices import RECONNECT
from scenarios.engine import engine
from scenarios.errors import ScenarioError
from scenarios.fleet import WARM, Fleet, Go
from scenarios.live_statistics import report_live
from scenarios.meeting import Meeting
from scenarios.muster import CALLS, END, FAILED, OUTCOME, Muster
from scenarios.options import own_options
from scenarios.outcome import Outcome, merge_outcomes
from scenarios.session import Session
from scenarios.settings import Settings, settings_from
from scenarios.shape import outage_of
from scenarios.user import ChatUser
from scenarios.web_page import keep_asking

_log = logging.getLogger("chatbench")
#: Ordinals of different processes never meet: a worker's index is not given twice while its master lives.
_USERS_PER_PROCESS = 1_000_000
_STOP_PATIENCE_S = 15.0
#: Locust calls a test that it is starting ready, or stopped; only then it can be stopped.
_START_PATIENCE_S = 2.0


class Conductor:
    """Ties one Locust environment to its sessions. Everything here runs in gevent's thread."""

    def __init__(self, environment: Environment, *, ends_tests: bool = False) -> None:
        """`ends_tests`: in the web UI a test ends with its window; otherwise whoever measures around it ends it."""
        self._environment, self._ends_tests = environment, ends_tests
        self._stopping = False
        if ends_tests and environment.web_ui is not None:
            keep_asking(environment.web_ui)
        self._session: Session | None = None
        self._done = gevent.event.Event()
        self._muster: Muster | None = None
        self._meeting: Meeting | None = None
        self._calls = 0
        #: What this process was given itself; a master's options do not replace it.
        self._own = own_options(environment.parsed_options)
        events = environment.events
        events.test_start.add_listener(self._on_test_start)
        events.spawning_complete.add_listener(self._on_spawned)
        events.test_stopping.add_listener(self._on_test_stopping)
        # called before Locust's own (this event goes in reverse): behind its farewell nothing arrives for sure
        events.quitting.add_listener(self._on_quitting)
        if isinstance(environment.runner, MasterRunner):
            self._muster = Muster(environment, on_open=self._on_open, on_complete=self._on_complete)
        if isinstance(environment.runner, WorkerRunner):
            self._meeting = Meeting(environment.runner, environment.parsed_options.worker_name)
            environment.runner.register_message(END, self._on_end)
            # Locust keeps --csv and --html from the workers that it forks, not these: the last to end would win
            vars(environment.parsed_options).update(json=False, json_file=None)

    # -- a test starts

    def _on_test_start(self, environment: Environment, **_: Any) -> None:
        self._stopping = False
        try:
            if self._meeting:
                take_classes(environment)
            else:
                environment.parsed_options.fleet_outage = outage_of(environment.shape_class, environment.parsed_options)
            keep_tagged(environment)
            if self._muster:
                self._tell_fleet(self._muster)
            else:
                self._begin(self._settings())
        except Exception as error:  # noqa: BLE001 - every wrong option ends the test with its sentence
            self._fail(error)

    def _tell_fleet(self, muster: Muster) -> None:
        """Locust hands a master's options to its workers, but none of Locust's own."""
        environment, options = self._environment, self._environment.parsed_options
        options.fleet_users = options.num_users or environment.runner.target_user_count
        options.fleet_classes = [kind.__name__ for kind in environment.user_classes]
        options.fleet_stays = environment.web_ui is not None
        options.fleet_workers = muster.begin()

    def _settings(self) -> Settings:
        vars(self._environment.parsed_options).update(self._own)
        return settings_from(
            self._environment.parsed_options, process=getattr(self._environment.runner, "client_id", "")
        )

    def _begin(self, settings: Settings) -> None:
        running = engine()
        self._done.clear()
        self._calls = 0
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
                meet=self._meeting.at if self._meeting else self._meet_nobody,
                on_live=lambda live: running.post(self._on_live, live),
                on_done=lambda outcome, failure: running.post(self._on_done, outcome, failure),
            )
            running.start(session.run())
            running.post(ready.set, session)

        running.submit(build)
        self._session = ready.get()
        ChatUser.session = self._session

    async def _meet_nobody(self, point: str) -> Go:
        """In the engine's loop: this process is the whole fleet."""
        engine().post(self._on_open, Go(point=point))
        return Go(point=point)

    def _on_open(self, go: Go) -> None:
        """Where there is a shape, it begins with the window."""
        begin = getattr(self._environment.shape_class, "begin", None)
        if begin and go.point == WARM:
            begin()

    # -- while it runs

    def _on_live(self, live: dict[str, Any]) -> None:
        self._calls += sum(len(times) for name, (times, _) in live.items() if not name.startswith("task:"))
        report_live(self._environment, live)
        if self._meeting:
            self._environment.runner.send_message(CALLS, {"calls": self._calls})

    def _tell(self, what: Callable[[Session], Callable[[], None]]) -> None:
        if self._session:
            engine().submit(what(self._session))

    def _on_spawned(self, **_: Any) -> None:
        self._tell(lambda session: session.all_spawned)

    # -- it ends

    def _on_end(self, **_: Any) -> None:
        self._tell(lambda session: session.stop)

    def _on_test_stopping(self, **_: Any) -> None:
        """The window ends here; what it measured is collected before Locust ends the users."""
        self._stopping = True
        if self._muster:
            self._muster.end()
        if self._session:
            self._tell(lambda session: session.stop)
            self._done.wait(_STOP_PATIENCE_S)

    def _on_quitting(self, **_: Any) -> None:
        if self._session and not self._done.is_set():
            self._on_test_stopping()

    def _on_done(self, outcome: Outcome | None, failure: Exception | None) -> None:
        self._session = None
        if failure or outcome is None:
            self._fail(failure or RuntimeError("the load ended without an outcome"))
            return
        try:
            self._tell_outcome(outcome)
        except Exception as error:  # noqa: BLE001 - a window that cannot be told must end the process, not hang it
            self._fail(error)
        self._done.set()

    def _tell_outcome(self, outcome: Outcome) -> None:
        runner = self._environment.runner
        if isinstance(runner, WorkerRunner):
            # Locust reports every 3 s and its master waits half a second for the last one
            runner._send_stats()  # noqa: SLF001
            runner.send_message(OUTCOME, orjson.dumps(outcome).decode())
        else:
            self._finish(outcome)

    def _on_complete(self, fleet: Fleet) -> None:
        """On the master: every worker has told its window, or is known not to."""
        lost = [member.name for member in fleet.members.values() if member.outcome is None]
        if not fleet.outcomes:
            self._fail(ScenarioError(f"No worker told its window ({', '.join(lost)}), so there is no outcome."))
            return
        if lost:
            self._environment.process_exit_code = 1
        self._finish(merge_outcomes(fleet.outcomes) | {"workers": fleet.told()})

    def _finish(self, outcome: Outcome) -> None:
        outcome = outcome | {"chosen": chosen(self._environment)}
        if deliveries := outcome["deliveries"]:
            _log.info("%s", delivered(deliveries, outcome["operations"].get(RECONNECT)))
        folder = self._environment.parsed_options.out
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            (Path(folder) / "outcome.json").write_bytes(orjson.dumps(outcome, option=orjson.OPT_INDENT_2))
        self._end()

    def _end(self) -> None:
        stays = self._meeting and getattr(self._environment.parsed_options, "fleet_stays", False)
        if self._environment.web_ui is None and not stays:
            gevent.spawn(self._environment.runner.quit)
        elif self._ends_tests and not self._meeting:
            gevent.spawn(self._stop)

    def _stop(self) -> None:
        runner = self._environment.runner
        with gevent.Timeout(_START_PATIENCE_S, False):
            while runner.state in (STATE_INIT, STATE_STOPPED):
                gevent.sleep(0.05)
        if not self._stopping:
            runner.stop()

    def _fail(self, error: Exception) -> None:
        _log.error("%s", error)
        self._environment.process_exit_code = 2
        self._done.set()
        if self._meeting:
            told = {"failure": str(error), "name": self._environment.parsed_options.worker_name}
            self._environment.runner.send_message(FAILED, told)
        elif self._environment.web_ui is not None:
            # the page's own list of what went wrong; it tells entries apart by their second text
            self._environment.runner.log_exception("chatbench", str(error), str(error))
        self._end()
        sys.stderr.flush()
