"""Running: a coroutine to its end, and errors that say what to do told without a traceback."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import typer

from datasets.errors import DatasetError
from harness.errors import HarnessError
from harness.progress import say
from reference_server.errors import VariantError

Answer = TypeVar("Answer")
#: Servers' metrics are so many ports above the load's.
SERVERS_FROM = 100


def run_to_end(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run to the end; SIGTERM ends as Ctrl-C does, so that everything started is stopped."""

    async def interruptible() -> Answer:
        task = asyncio.current_task()
        assert task
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    return guard(lambda: asyncio.run(interruptible()))


def run_through(work: Callable[[], Answer]) -> Answer:
    """The same for work that is no coroutine."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return guard(work)
    finally:
        signal.signal(signal.SIGTERM, before)


def tell_metrics_at(port: int | None) -> None:
    """Load processes and servers that are started from here on take it from their environment."""
    if port is not None:
        os.environ |= {"CHATBENCH_METRICS_PORT": str(port), "CHATBENCH_SERVER_METRICS_PORT": str(port + SERVERS_FROM)}


def guard(work: Callable[[], Answer]) -> Answer:
    """Errors that say what to do are told as they are, without a traceback."""
    try:
        return work()
    except (HarnessError, DatasetError, VariantError) as error:
        say(f"chatbench: {error}", style="red")
        raise typer.Exit(getattr(error, "exit_code", 2)) from None
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
