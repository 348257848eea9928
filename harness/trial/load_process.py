"""One Locust process (and its workers) under one load: started, watched, always ended."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import scenarios
from harness.errors import HarnessError
from harness.experiment import MAINTENANCE, ScenarioLoad
from harness.trial.gate import LoadEndedError
from scenarios.mix import class_name

LOCUSTFILE = Path(scenarios.__file__).with_name("locustfile.py")
_GRACE_S = 5.0
#: What Locust prints when it ends, whatever it ended of.
_TABLES = re.compile(r"^Type +Name +# reqs", re.MULTILINE)
#: Clock, host, level and logger of a line of its log.
_HEADING = re.compile(r"^\[[^]]*\] \S+: ")
Answer = TypeVar("Answer")


def locust_command(
    load: ScenarioLoad,
    *,
    variant: str,
    dataset: str,
    dataset_seed: int,
    target: str,
    seed: int,
    connections: int,
    gate: Path | None = None,
) -> list[str]:
    """The same Locust that a user would start; no secret is on the line (it would be in the process list).

    -P: a folder named like one of our packages where the user stands must not be imported in its place.
    """
    options = {
        "--users": load.users,
        "--spawn-rate": load.users,
        "--variant": variant,
        "--dataset": dataset,
        "--dataset-seed": dataset_seed,
        "--target": target,
        "--arrivals": load.arrivals,
        "--rate": load.rate_per_s,
        "--warmup": load.warmup_s,
        # without a length of its own it lasts until it is told to stop
        "--window": 0 if load.name == MAINTENANCE else load.window_s,
        "--seed": seed,
        "--connections": connections,
        "--receivers": load.receivers,
        "--devices": load.devices,
        "--gate": gate,
        "--mix": load.mix,
    }
    given = [text for option, value in options.items() if value is not None for text in (option, str(value))]
    return [
        *(sys.executable, "-P", "-m", "locust", "-f", str(LOCUSTFILE), class_name(load.name)),
        *("--headless", "--only-summary", "--loglevel", "WARNING"),
        *given,
    ]


async def start_apart(
    command: Sequence[str], *, secrets: Mapping[str, str], log: Path, says: int | None = None
) -> asyncio.subprocess.Process:
    """In a session of its own, so that its whole group can be ended; what it says goes to the log, or to `says`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output if says is None else says,
            stderr=output,
            env={**os.environ, **secrets},
            start_new_session=True,
        )


@asynccontextmanager
async def load_process(
    command: Sequence[str], *, secrets: Mapping[str, str], log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Started, and always ended, whatever happens here."""
    process = await start_apart(command, secrets=secrets, log=log)
    try:
        yield process
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(process.wait()), _GRACE_S)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def complaint(log: Path) -> str:
    """The last line that the process wrote before Locust's tables, for an error's sentence."""
    said = _TABLES.split(log.read_text(errors="replace"), maxsplit=1)[0]
    lines = [line for line in said.splitlines() if line.strip()]
    return _HEADING.sub("", lines[-1]) if lines else "it said nothing"


def _ended(code: int, log: Path) -> HarnessError:
    return HarnessError(
        f"The load process ended with code {code} before its window was measured: {complaint(log)} "
        f"Its whole output is in {log}."
    )


async def first_of(process: asyncio.subprocess.Process, log: Path, arrival: Coroutine[Any, Any, Answer]) -> Answer:
    """The arrival's answer, or a HarnessError when the process ends before it arrives."""
    arriving = asyncio.create_task(arrival)
    ending = asyncio.create_task(process.wait())
    try:
        await asyncio.wait({arriving, ending}, return_when=asyncio.FIRST_COMPLETED)
        if arriving.done() and isinstance(arriving.exception(), LoadEndedError):
            # it hangs up a moment before it ends, and only what it said tells why
            await asyncio.wait({ending}, timeout=_GRACE_S)
        if ending.done() and (not arriving.done() or arriving.exception()):
            raise _ended(ending.result(), log)
        return arriving.result()
    finally:
        arriving.cancel()
        ending.cancel()
        await asyncio.gather(arriving, ending, return_exceptions=True)
