"""`chatbench ui`: the stack, the supervisor and Locust's process with the page, until somebody ends it."""

import asyncio
import contextlib
import ipaddress
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.stack.config import StackConfig
from harness.trial.load_process import complaint, load_process
from harness.ui.errors import AddressError, OpenToOthersError, PageEndedError
from harness.ui.servers import how_it_ended, servers_of
from harness.ui.sitting import Sitting
from harness.ui.supervisor import Report, Supervisor
from harness.ui.wire import open_wire

LOCUSTFILE = Path(__file__).with_name("page") / "locustfile.py"
_POLITE_S = 3.0
_START_S = 60.0
#: What the form starts with.
_USERS = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where the page is served."""

    host: str
    port: int
    #: Who wants to see it must know this; None: nobody is asked.
    password: str | None
    #: It was drawn here, so somebody has to be told; one that was given stays unsaid.
    is_drawn: bool = False

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """What the start form shows first."""

    variant: str
    dataset: str
    dataset_seed: int


def check_address(host: str, *, web_login: bool) -> None:
    """Refuse to show the start button to others without asking who they are."""
    if web_login or is_loopback(host):
        return
    raise OpenToOthersError(
        f"{host or 'an empty host'} can be reached from other machines, and whoever opens the page could start load "
        "and read figures, so nothing was started. Add --web-login (the password is CHATBENCH_UI_PASSWORD, or drawn "
        "and printed), or leave --host out."
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it; a name other than localhost may be anything."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_free(address: Address) -> None:
    """Ask before servers are started: Locust would find out after them."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, place = found[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # as servers do: what a page before this one has closed is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        raise AddressError(
            f"The page cannot be served at {address.url}: {error.strerror or error}. Nothing was started. "
            "Give another --port, or an address of this machine as --host."
        ) from error


async def run_cockpit(
    config: StackConfig,
    address: Address,
    form: Form,
    *,
    home: Path,
    out: Path,
    report: Report,
    say: Callable[[str], None],
) -> None:
    """Run until cancelled."""
    check_free(address)
    sitting = Sitting.open(out)
    began = len(sitting.tests)
    try:
        with tempfile.TemporaryDirectory(prefix="chatbench-") as scratch:
            folder = Path(scratch)
            async with servers_of(config) as servers:
                supervisor = Supervisor(servers, home=home, sitting=sitting, scratch=folder, report=report)
                async with open_wire(folder / "wire", supervisor.answer) as wire:
                    supervisor.wire = wire
                    async with _page(address, form, home, folder) as process:
                        supervisor.generator_pid = process.pid
                        try:
                            await _answers(address, process, folder / "locust.log")
                            say(f"{address.url} – Ctrl-C stops everything and drops the clone.")
                            if address.password and address.is_drawn:
                                say(f"password: {address.password}")
                            if began:
                                say(f"{out} holds {began} test(s) of an earlier sitting; they stand in Compare.")
                            for limit in await servers.stack.limits():
                                say(f"your PostgreSQL: {limit}")
                            await _until_ended(process, folder / "locust.log")
                        finally:
                            await supervisor.close()
    finally:
        if len(sitting.tests) > began:
            say(f"{len(sitting.tests)} test(s) are kept in {out}; `chatbench report {out}/test-N` makes a page of one.")


@asynccontextmanager
async def _page(address: Address, form: Form, home: Path, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    command = [
        *(sys.executable, "-P", "-m", "locust", "-f", str(LOCUSTFILE), "--class-picker"),
        *("--web-host", address.host, "--web-port", str(address.port), "--loglevel", "WARNING"),
        *("--users", str(_USERS), "--spawn-rate", str(_USERS)),
        *(["--web-login"] if address.password else []),
        *("--dataset-seed", str(form.dataset_seed)),
    ]
    told = {
        "CHATBENCH_COCKPIT": str(folder / "wire"),
        "CHATBENCH_UI_PASSWORD": address.password or "",
        # not as options: a combination or a shape's size is no name of the lists that these are chosen from
        "CHATBENCH_UI_VARIANT": form.variant,
        "CHATBENCH_UI_DATASET": form.dataset,
        "CHATBENCH_HOME": str(home),
    }
    async with load_process(command, secrets=told, log=folder / "locust.log") as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError, TimeoutError):
                process.send_signal(signal.SIGTERM)
                await asyncio.wait_for(asyncio.shield(process.wait()), _POLITE_S)


async def _answers(address: Address, process: asyncio.subprocess.Process, log: Path) -> None:
    """Return once the page can be opened."""
    deadline = asyncio.get_running_loop().time() + _START_S
    while asyncio.get_running_loop().time() < deadline:
        if process.returncode is not None:
            raise _ended(process, log)
        try:
            _, writer = await asyncio.open_connection(_reached_at(address.host), address.port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return
    raise PageEndedError(f"Locust's page did not answer within {_START_S:.0f} s: {complaint(log)}")


def _reached_at(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1", "*": "127.0.0.1"}.get(host, host)  # noqa: S104 - compared with


async def _until_ended(process: asyncio.subprocess.Process, log: Path) -> None:
    await process.wait()
    raise _ended(process, log)


def _ended(process: asyncio.subprocess.Process, log: Path) -> PageEndedError:
    return PageEndedError(
        f"Locust, which serves the page and makes the load, {how_it_ended(process.returncode)}, so the sitting is "
        f"over; what was kept of it stays. Its last words: {complaint(log)}. Start the cockpit again."
    )
