"""Every call of a client is timed, by its operation's name, from when it was due."""

import asyncio
import inspect
import time

import pytest
from hdrh.histogram import HdrHistogram

from scenarios.errors import TargetError
from scenarios.operations import Operation
from scenarios.protocol import ChatClient
from scenarios.recorder import Recorder
from scenarios.timed import TimedChat

MS = 1_000_000


class Target:
    """Notes what it is asked, and fails as told."""

    def __init__(self, error=None):
        self.error = error
        self.asked = []

    def __getattr__(self, name):
        async def call(*positional, **named):
            self.asked.append((name, positional, named))
            if self.error:
                raise self.error

        return call


@pytest.fixture
def recorder():
    made = Recorder()
    made.start_window(time.perf_counter_ns())
    return made


def told(recorder):
    recorder.end_window()
    return recorder.operations()


@pytest.mark.parametrize("operation", list(Operation))
async def test_an_operation_asks_the_client_by_its_name_and_is_recorded_under_it(operation, recorder):
    target = Target()
    chat = TimedChat(target, recorder)
    chat.due_ns = time.perf_counter_ns()
    method = getattr(chat, operation)
    parameters = inspect.signature(method).parameters
    await method(**{name: name for name in parameters})
    keywords = {name: name for name, parameter in parameters.items() if parameter.kind is parameter.KEYWORD_ONLY}
    assert target.asked == [(operation, tuple(name for name in parameters if name not in keywords), keywords)]
    assert {name: o["count"] for name, o in told(recorder).items()} == {operation.value: 1}


def test_a_client_offers_every_operation():
    assert set(Operation) <= set(vars(ChatClient))


async def test_the_first_operation_is_due_with_its_task_and_the_next_when_its_predecessor_has_answered(recorder):
    chat = TimedChat(Target(), recorder)
    chat.due_ns = time.perf_counter_ns() - 500 * MS
    await chat.heartbeat(1)
    await chat.unread_total(1)
    found = told(recorder)
    assert HdrHistogram.decode(found["heartbeat"]["lag"]).get_max_value() >= 499_000
    assert HdrHistogram.decode(found["unread_total"]["response"]).get_max_value() < 250_000


@pytest.mark.parametrize(
    ("error", "kind"), [(TargetError("no answer", code="timeout"), "timeout"), (KeyError("x"), "KeyError")]
)
async def test_a_failure_is_counted_by_its_code_marks_the_task_and_is_raised(error, kind, recorder):
    chat = TimedChat(Target(error), recorder)
    with pytest.raises(type(error)):
        await chat.heartbeat(1)
    assert chat.failed
    found = told(recorder)["heartbeat"]
    assert (found["count"], found["error_kinds"]) == (0, {kind: 1})


async def test_a_cancelled_call_is_neither_an_answer_nor_an_error(recorder):
    chat = TimedChat(Target(asyncio.CancelledError()), recorder)
    with pytest.raises(asyncio.CancelledError):
        await chat.heartbeat(1)
    assert not chat.failed
    assert told(recorder) == {}
