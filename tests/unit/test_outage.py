"""An outage of receivers' devices: who loses the line, when it comes back, and what is recorded of that."""

import asyncio
import time

import pytest

from scenarios import devices as module
from scenarios.arrivals import Arrivals
from scenarios.devices import RECONNECT, Devices
from scenarios.errors import TargetError
from scenarios.outage import Outage
from scenarios.pacer import Pacer
from scenarios.session import Session
from scenarios.settings import Settings

RECEIVERS, DEVICES = 20, 2
OUTAGE = Outage(begins_s=0.02, ends_s=0.06, share=0.9, within_s=0.03)


class Line:
    """One subscription, with a cursor of its own."""

    def __init__(self, target, key, after):
        self._target, self.key, self.cursor = target, key, after or f"cursor of {key}"
        self.is_whole = True

    async def drop(self):
        self._target.dropped.append(self.key)


class Target:
    def __init__(self):
        self.opened, self.dropped, self.back = [], [], []
        self.refusals = 0
        self.is_whole = True

    async def listen(self, user, device, on_delivery, after=None):  # noqa: ARG002 - as the protocol has it
        line = Line(self, (user, device), after)
        if after is None:
            self.opened.append(line.key)
            return line
        if self.refusals:
            self.refusals -= 1
            raise TargetError("no", code="http_503")
        self.back.append((line.key, after))
        line.is_whole = self.is_whole
        return line


@pytest.fixture
async def session():
    settings = Settings(
        **dict.fromkeys(Settings.__dataclass_fields__)
        | {"seed": 1, "devices": DEVICES, "place": (0, 1), "arrivals": Arrivals.poisson}
    )
    made = Session(settings, prepare=None, meet=None, on_live=None, on_done=None)
    made.client, made.pacer = Target(), Pacer(asyncio.get_running_loop())
    made.recorder.start_window(time.perf_counter_ns())
    yield made
    made.pacer.close()


async def gone_through(session, outage=OUTAGE, *, late_s=0.0):
    devices = Devices(session)
    await devices.open([f"user {number}" for number in range(RECEIVERS)])
    await devices.go_through(outage, time.perf_counter_ns() - int(late_s * 1e9))
    session.recorder.end_window()
    return session.recorder.operations().get(RECONNECT)


async def test_all_devices_of_the_share_lose_their_line_and_come_back_with_the_last_cursor(session):
    reconnects = await gone_through(session)
    lost = {key for key in session.client.opened if int(key[0].split()[1]) < 0.9 * RECEIVERS}
    assert set(session.client.dropped) == lost
    assert sorted(session.client.back) == sorted((key, f"cursor of {key}") for key in lost)
    assert (reconnects["count"], reconnects["errors"]) == (len(lost), 0)


async def test_a_device_that_is_refused_tries_again_and_both_are_counted(session, monkeypatch):
    monkeypatch.setattr(module, "_AGAIN_S", 0.001)
    session.client.refusals = 5
    reconnects = await gone_through(session)
    assert reconnects["error_kinds"] == {"http_503": 5}
    assert reconnects["count"] == 0.9 * RECEIVERS * DEVICES


async def test_a_resume_that_told_only_a_part_is_no_reconnect(session):
    session.client.is_whole = False
    reconnects = await gone_through(session)
    assert (reconnects["count"], set(reconnects["error_kinds"])) == (0, {"resume_not_complete"})


async def test_a_test_that_is_stopped_before_the_outage_has_none(session):
    session.stop()
    assert await gone_through(session) is None
    assert session.client.dropped == []


async def test_a_test_that_is_stopped_in_the_outage_brings_the_devices_back_at_once(session):
    asyncio.get_running_loop().call_later(0.05, session.stop)
    reconnects = await gone_through(session, Outage(begins_s=0.0, ends_s=60.0, share=1.0, within_s=0.01))
    assert reconnects["count"] == RECEIVERS * DEVICES


async def test_a_process_that_is_late_for_the_outage_has_none(session):
    assert await gone_through(session, late_s=10.0) is None
