"""The supervisor: prepares what each test needs, measures around it, keeps its record, and answers the page."""

import asyncio
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from datasets.generate import generate
from datasets.manifest import Manifest
from datasets.names import find_dataset, folder_of
from harness.catalogue import known_names
from harness.compare import Prepared, manifest_of
from harness.seeding.snapshots import Snapshot, ensure_snapshot, no_snapshot
from harness.stack.stack import Stack
from harness.trial.load_process import complaint
from harness.ui.by_hand import ByHand, Told, gone, plan_of
from harness.ui.choices import Choices, choices_from
from harness.ui.errors import ChoiceError
from harness.ui.figures import comparison
from harness.ui.live import Live
from harness.ui.sitting import Sitting
from harness.ui.status import DONE, FAILED, PREPARING, STARTING, STOPPED, Status
from harness.ui.wire import TOLD, Wire
from reference_server.variant import load_variant

#: A folder with a finished run → its page.
Report = Callable[[Path], Path]
#: Longer than the load process gives lost deliveries, and the counters of a large database.
_FINISH_S = 60.0


class Supervisor:
    """One at a time: a new test ends the one before."""

    def __init__(self, stack: Stack, *, home: Path, sitting: Sitting, scratch: Path, report: Report) -> None:
        self._stack, self._home, self._sitting, self._scratch = stack, home, sitting, scratch
        self._report, self._reporting = report, asyncio.Lock()
        #: Of Locust's process, which says there why a load broke off.
        self._log = scratch / "locust.log"
        self._test: asyncio.Task[None] | None = None
        self.status, self.live = Status(), Live()
        #: Set when Locust is started.
        self.generator_pid = 0
        self.wire: Wire | None = None

    async def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """What the page asks."""
        asked = {
            "prepare": self._prepare,
            "finish": self._finish,
            "cancel": self._cancel,
            "status": self._tell_status,
            "live": self._tell_live,
            "compare": self._compare,
            "report": self._tell_report,
        }
        return await asked[question["ask"]](question)

    async def close(self) -> None:
        await self._cancel({})

    # -- one test

    async def _prepare(self, question: dict[str, Any]) -> dict[str, Any]:
        """Answers when the load may start, with where it goes."""
        await self._cancel({})
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
        try:
            await self._measure(choices, ready)
        except asyncio.CancelledError:
            self.status.enter(STOPPED, "Stopped before its window began; nothing is kept of it.")
            raise
        except TOLD as error:
            self.status.enter(FAILED, f"{choices.variant}: {self._said() if ready.done() else error}")
        finally:
            # its window is over, or will never come: Locust's users have nothing left to do
            if self.wire and ready.done():
                self.wire.tell(do="stop")

    def _said(self) -> str:
        """Why a load that had begun broke off: Locust's last line, without its clock and its logger's name."""
        return re.sub(r"^\[[^]]*\] \S+: ", "", complaint(self._log))

    async def _measure(self, choices: Choices, ready: "asyncio.Future[Told]") -> None:
        manifest, snapshot = await self._seeded(choices)
        number = self._sitting.new_number()
        folder = self._sitting.folder_of(number)
        prepared = Prepared(manifest=manifest, snapshots={choices.variant: snapshot})
        about = await manifest_of(self._stack, choices.experiment(), prepared, folder)
        plan = plan_of(
            number,
            snapshot,
            load=choices.load(),
            seed=choices.seed,
            dataset=manifest.dataset,
            connections=choices.connections,
        )
        trial = ByHand(
            stack=self._stack,
            plan=plan,
            scratch=self._scratch,
            log=folder.path / "logs" / f"test-{number}.log",
            generator_pid=self.generator_pid,
            status=self.status,
            live=self.live,
            ready=ready.set_result,
        )
        record = await trial.run()
        self._sitting.keep(number, choices, folder, about, record)
        told = f"void: {record['void']}" if record["void"] else "kept; see Compare"
        self.status.enter(DONE, f"Test {number} ({choices.variant}, {choices.scenario}) is {told}.")

    async def _seeded(self, choices: Choices) -> tuple[Manifest, Snapshot]:
        """Data and snapshot, made now where they are missing, with the status telling how far it is."""
        wanted = find_dataset(choices.dataset, seed=choices.dataset_seed, home=self._home)
        folder = folder_of(wanted, self._home)
        made = _Progress(self.status, f"Generating the dataset {choices.dataset}", wanted.messages)
        manifest = await asyncio.to_thread(generate, wanted, folder, made.rows)
        if choices.is_remote:
            return manifest, no_snapshot(choices.variant)
        built = _Progress(self.status, f"Seeding {choices.variant} on {choices.dataset}", sum(manifest.rows.values()))
        variant = load_variant(choices.variant)
        build = partial(ensure_snapshot, self._stack.postgres, variant, manifest, folder)
        return manifest, await build(build="a", progress=built.doing)

    async def _finish(self, _: dict[str, Any]) -> dict[str, Any]:
        """Answers when the record of the test that Locust has ended is on disk."""
        if self._test and not self._test.done():
            if self.status.phase in (PREPARING, STARTING):
                return await self._cancel({})
            await asyncio.wait({self._test}, timeout=_FINISH_S)
        return self.status.as_dict()

    async def _cancel(self, _: dict[str, Any]) -> dict[str, Any]:
        if self._test and not self._test.done():
            self._test.cancel()
            await gone(self._test)
        self._test = None
        return self.status.as_dict()

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
        if len({test.choices.alike() for test in tests}) > 1:
            raise ChoiceError("These tests differ in more than the variant, so one report of them would mislead.")
        async with self._reporting:
            folder = self._sitting.folder_together(tests)
            path = folder.report_path
            if not path.exists():
                path = await asyncio.to_thread(self._report, folder.path)
        variants = "-".join(dict.fromkeys(test.choices.variant for test in tests))
        name = f"chatbench-{folder.path.name}-{variants}-{tests[0].choices.scenario}.html"
        return {"path": str(path.resolve()), "name": name}


class _Progress:
    """Rows done become the status's share."""

    def __init__(self, status: Status, text: str, total: int) -> None:
        self._status, self._text, self._total, self._done = status, text, total, 0
        self.doing("", 0)

    def rows(self, rows: int) -> None:
        self.doing("", rows)

    def doing(self, doing: str, rows: int) -> None:
        self._done += rows
        share = min(self._done / self._total, 1.0) if self._total else None
        shown = f": {doing}" if doing else " …"
        self._status.enter(PREPARING, f"{self._text}{shown}", share, step=self._text)
