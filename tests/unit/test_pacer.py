"""Sleepers wake at their instants, in order."""

import asyncio
import sys
import time

import pytest

from scenarios.pacer import Pacer

MS = 1_000_000


@pytest.fixture(params=["kernel timer", "loop timer"])
async def pacer(request, monkeypatch):
    if request.param == "loop timer":
        monkeypatch.setattr(sys, "platform", "darwin")
    elif sys.platform != "linux":
        pytest.skip("timerfd is Linux")
    made = Pacer(asyncio.get_running_loop())
    yield made
    made.close()


async def test_an_instant_that_has_passed_is_returned_from_without_a_turn_of_the_loop(pacer):
    turns = []
    asyncio.get_running_loop().call_soon(turns.append, 1)
    await pacer.until(time.perf_counter_ns() - MS)
    assert turns == []


async def test_nobody_wakes_early(pacer):
    at = time.perf_counter_ns() + 5 * MS
    await pacer.until(at)
    # the loop's own timers round to their resolution
    assert time.perf_counter_ns() >= at - MS


async def test_sleepers_wake_in_the_order_of_their_instants_not_of_their_calls(pacer):
    origin, woken = time.perf_counter_ns() + 10 * MS, []

    async def sleeper(name, at):
        await pacer.until(at)
        woken.append(name)

    instants = {"third": 30, "first": 0, "second": 15}
    await asyncio.gather(*(sleeper(name, origin + ms * MS) for name, ms in instants.items()))
    assert woken == ["first", "second", "third"]


async def test_many_sleepers_of_one_instant_all_wake(pacer):
    at = time.perf_counter_ns() + 5 * MS
    await asyncio.wait_for(asyncio.gather(*(pacer.until(at) for _ in range(200))), 5)


async def test_a_cancelled_sleeper_does_not_keep_the_others_asleep(pacer):
    origin = time.perf_counter_ns() + 10 * MS
    cancelled = asyncio.create_task(pacer.until(origin))
    others = [asyncio.create_task(pacer.until(origin + ms * MS)) for ms in (0, 5)]
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.wait_for(asyncio.gather(*others), 5)
    assert cancelled.cancelled()
