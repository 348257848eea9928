"""The supervisor: prepares what each test needs, measures around it, keeps its record, and answers the page."""

import asyncio
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.catalogue import known_names
from harness.run_manifest import manifest_of
from harness.seeding.prepared import Prepared
from harness.ui.by_hand import ByHand, Told, gone, plan_of
from harness.ui.choices import Choices, choices_from
from harness.ui.errors import ChoiceError
from harness.ui.figures import comparison
from harness.ui.heeding import heed_cancellation
from harness.ui.live import Live
from harness.ui.room import check_connections, check_room
from harness.ui.seeded import seeded
from harness.ui.servers import Servers
from harness.ui.sitting import Sitting
from harness.ui.status import DONE, FAILED, MEASURING, PREPARING, READING, STARTING, STOPPED, Status
from harness.ui.wire import TOLD, Wire

_logger = logging.getLogger(__name__)
#: A folder with a finished run → its page.
Report = Callable[[Path], Path]
#: Longer than the load process gives lost deliveries, and the counters of a large database.
_FINISH_S = 60.0
#: Somebody who wants to leave waits for the last record.
_CLOSE_S = 20.0


class Supervisor:
    """One at a time: a new test ends the one before."""

    def __init__(self, servers: Servers, *, home: Path, sitting: Sitting, scratch: Path, report: Report) -> None:
        self._servers, self._home, self._sitting, self._scratch = servers, home, sitting, scratch
        self._report, self._reporting = report, asyncio.Lock()
        #: Of Locust's process, which says there why a load broke off.
        self._log, self._said_before = scratch / "locust.log", 0
        self._test: asyncio.Task[None] | None = None
        self.status, self.live = Status(), Live()
        #: Of the test at hand, as the page counts them.
        self._ticket = 0
        #: Set when Locust is started.
        self.generator_pid = 0
        self.wire: Wire | None = None

    async def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """What the page asks."""
        asked = {
            "check": self._check,
            "prepare": self._prepare,
            "stopping": self._stopping,
            "finish": self._finish,
            "cancel": self._cancel,
            "status": self._tell_status,
            "live": self._tell_live,
            "compare": self._compare,
            "report": self._tell_report,
        }
        return await asked[question["ask"]](question)

    async def close(self) -> None:
        """A test in its window is stopped and kept, as by the page's own button; any other is dropped."""
        if self._test and self.status.phase in (MEASURING, READING):
            self._tell_stop(self._ticket)
            await asyncio.wait({self._test}, timeout=_CLOSE_S)
        await self._end()

    def _tell_stop(self, ticket: int) -> None:
        if self.wire:
            self.wire.tell(do="stop", ticket=ticket)

    # -- one test

    async def _check(self, question: dict[str, Any]) -> dict[str, Any]:
        """Whether a test can be made of the form, before anything starts."""
        choices = choices_from(question["choices"], known_names(self._home))
        check_room(choices, self._home, self._servers.stack)
        if not (choices.is_remote or self._servers.dead()):
            await check_connections(choices, self._servers.stack)
        return {"shape": choices.shape, "window_s": choices.window_s}

    async def _prepare(self, question: dict[str, Any]) -> dict[str, Any]:
        """Answers when the load may start, with where it goes."""
        await self._end()
        self._ticket = question["ticket"]
        self.status.begin()
        try:
            choices = choices_from(question["choices"], known_names(self._home))
        except ChoiceError as error:
            self.status.enter(FAILED, str(error))
            raise
        self.live.begin()
        ready: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._test = asyncio.create_task(self._run(choices, ready))
        either: set[asyncio.Future[Any]] = {ready, self._test}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            raise ChoiceError(self.status.text)
        return dict(ready.result())

    async def _run(self, choices: Choices, ready: "asyncio.Future[Told]") -> None:
        ticket, self._said_before = self._ticket, self._log.stat().st_size
        try:
            if dead := self._servers.dead():
                self.status.enter(PREPARING, f"{dead}; starting it again …")
                await self._servers.renew()
            await self._servers.outlive(self._measure(choices, ready))
        except asyncio.CancelledError:
            self.status.enter(STOPPED, "Stopped before its window began; nothing is kept of it.")
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the page must not go on saying that it measures
            self.status.enter(FAILED, f"{choices.variant}: {self._why(error, is_loaded=ready.done())}")
        finally:
            # its window is over, or will never come: Locust's users have nothing left to do
            if ready.done():
                self._tell_stop(ticket)

    def _why(self, error: Exception, *, is_loaded: bool) -> str:
        """Of a load that had begun Locust's last line, without its clock and its logger's name."""
        if not isinstance(error, TOLD):
            _logger.error("the test broke off", exc_info=error)
            return f"{type(error).__name__}: {error}. This is a fault of chatbench, whose log has more."
        said = self._log.read_bytes()[self._said_before :].decode(errors="replace").split("\n")
        lines = [line for line in said if line.strip()]
        if not is_loaded or not lines or self._servers.dead():
            return str(error)
        return re.sub(r"^\[[^]]*\] \S+: ", "", lines[-1])

    async def _measure(self, choices: Choices, ready: "asyncio.Future[Told]") -> None:
        stack = self._servers.stack
        manifest, snapshot = await seeded(choices, stack.postgres, home=self._home, status=self.status)
        number = self._sitting.new_number()
        folder = self._sitting.folder_of(number)
        prepared = Prepared(manifest=manifest, snapshots={choices.variant: snapshot})
        about = await manifest_of(stack, choices.experiment(), prepared, folder)
        heed_cancellation()
        plan = plan_of(
            number,
            snapshot,
            load=choices.load(),
            seed=choices.seed,
            dataset=manifest.dataset,
            connections=choices.connections,
        )
        trial = ByHand(
            stack=stack,
            plan=plan,
            scratch=self._scratch,
            log=folder.path / "logs" / f"test-{number}.log",
            generator_pid=self.generator_pid,
            status=self.status,
            live=self.live,
            also={"shape": choices.shape, "page_size": choices.page_size, "planned_window_s": choices.window_s},
            ready=ready.set_result,
        )
        record = await trial.run()
        self._sitting.keep(number, choices, folder, about, record)
        told = f"void: {record['void']}" if record["void"] else "kept; see Compare"
        self.status.enter(DONE, f"Test {number} ({choices.variant}, {choices.load_name}) is {told}.")

    async def _stopping(self, _: dict[str, Any]) -> dict[str, Any]:
        if self.status.phase in (PREPARING, STARTING):
            await self._end()
        return self.status.as_dict()

    async def _finish(self, _: dict[str, Any]) -> dict[str, Any]:
        """Answers when the record of the test that Locust has ended is on disk."""
        if self._test and not self._test.done():
            await asyncio.wait({self._test}, timeout=_FINISH_S)
        return self.status.as_dict()

    async def _cancel(self, question: dict[str, Any]) -> dict[str, Any]:
        """Of one test: a farewell that comes late must not end the next."""
        if question["ticket"] == self._ticket:
            await self._end()
        return self.status.as_dict()

    async def _end(self) -> None:
        if self._test and not self._test.done():
            self._test.cancel()
            await gone(self._test)
        self._test = None

    # -- what the page shows

    async def _tell_status(self, _: dict[str, Any]) -> dict[str, Any]:
        return self.status.as_dict() | {"tests": len(self._sitting.tests)}

    async def _tell_live(self, question: dict[str, Any]) -> dict[str, Any]:
        """Rows of now, and the samples after the last one that the asker has, if it wants any."""
        after = question.get("after")
        live = self.live
        return {
            "test": live.test,
            "rows": live.rows,
            "cache": live.cache,
            "note": live.note,
            "samples": [] if after is None else [sample for sample in live.samples if sample["at_s"] > after],
            "deliveries": live.deliveries,
        }

    async def _compare(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "tests": [test.line() for test in self._sitting.tests],
            "groups": await asyncio.to_thread(comparison, list(self._sitting.tests)),
        }

    async def _tell_report(self, question: dict[str, Any]) -> dict[str, Any]:
        """The page of one test, or of several together, made when it is first asked for."""
        tests = [test for number in question["tests"] if (test := self._sitting.test(number))]
        if not tests or len(tests) < len(question["tests"]):
            raise ChoiceError(f"This sitting has no test {question['tests']}, so there is no report of it.")
        if len({test.alike() for test in tests}) > 1:
            raise ChoiceError("These tests differ in more than the variant, so one report of them would mislead.")
        async with self._reporting:
            folder = self._sitting.folder_together(tests)
            path = folder.report_path
            if not path.exists():
                path = await asyncio.to_thread(self._report, folder.path)
        variants = "-".join(dict.fromkeys(test.choices.variant for test in tests))
        name = f"chatbench-{folder.path.name}-{variants}-{tests[0].choices.scenario}.html"
        return {"path": str(path.resolve()), "name": name}
