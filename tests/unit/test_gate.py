"""The gate's two sides over one socket: arrive, be answered, go on."""

import asyncio
import contextlib
import sys

import pytest

from harness.errors import HarnessError
from harness.trial.gate import open_gate
from harness.trial.load_process import first_of, load_process
from scenarios.errors import ScenarioError
from scenarios.gate import Gate


@pytest.fixture
def folder(tmp_path, monkeypatch):
    # a socket's path holds about 100 bytes, and pytest's folders may be longer: so the path is relative
    monkeypatch.chdir(tmp_path)
    return tmp_path.relative_to(tmp_path)


async def within(work):
    return await asyncio.wait_for(work, 5)


async def test_without_a_gate_the_load_goes_on():
    async with Gate(None) as gate:
        assert await gate.arrive("warm") == {}


async def test_the_load_waits_at_a_point_until_it_may_go(folder):
    async with open_gate(folder) as keeper, Gate(str(keeper.path)) as gate:
        waiting = asyncio.create_task(gate.arrive("warm"))
        assert await within(keeper.arrival("warm")) == {"at": "warm"}
        await asyncio.sleep(0.01)
        assert not waiting.done()
        await keeper.go()
        assert await within(waiting) == {}


async def test_points_are_passed_one_after_another_and_facts_travel_along(folder):
    async def load(path):
        async with Gate(path) as gate:
            await gate.arrive("started")
            await gate.arrive("done", outcome={"operations": {"send": {"count": 3}}})

    async with open_gate(folder) as keeper:
        loading = asyncio.create_task(load(str(keeper.path)))
        await within(keeper.arrival("started"))
        await keeper.go()
        facts = await within(keeper.arrival("done"))
        await keeper.go()
        await within(loading)
    assert facts["outcome"]["operations"]["send"]["count"] == 3


async def test_an_outcome_longer_than_a_streams_usual_limit_arrives_whole(folder):
    async with open_gate(folder) as keeper, Gate(str(keeper.path)) as gate:
        waiting = asyncio.create_task(gate.arrive("done", outcome="x" * 1_000_000))
        facts = await within(keeper.arrival("done"))
        await keeper.go()
        await within(waiting)
    assert len(facts["outcome"]) == 1_000_000


async def test_a_load_at_another_point_voids_the_trial(folder):
    async with open_gate(folder) as keeper, Gate(str(keeper.path)) as gate:
        waiting = asyncio.create_task(gate.arrive("done"))
        with pytest.raises(HarnessError, match="expected at 'warm' and is at 'done'"):
            await within(keeper.arrival("warm"))
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def test_a_load_that_ends_early_is_told_as_at_its_end(folder):
    async with open_gate(folder) as keeper:
        async with Gate(str(keeper.path)):
            pass
        with pytest.raises(HarnessError, match="at 'its end'"):
            await within(keeper.arrival("warm"))


async def test_a_load_that_is_expected_at_its_end_may_hang_up(folder):
    async with open_gate(folder) as keeper:
        async with Gate(str(keeper.path)):
            pass
        assert await within(keeper.arrival("its end")) == {"at": "its end"}


async def test_a_keeper_that_goes_away_stops_the_load_instead_of_letting_it_run_unmeasured(folder):
    async with open_gate(folder) as keeper:
        gate = Gate(str(keeper.path))
        await gate.__aenter__()
        waiting = asyncio.create_task(gate.arrive("warm"))
        await within(keeper.arrival("warm"))
    with pytest.raises(ScenarioError, match=r"'warm'.*Start the trial again"):
        await within(waiting)
    await gate.__aexit__(None, None, None)


async def test_only_one_load_passes_the_gate(folder):
    async with open_gate(folder) as keeper, Gate(str(keeper.path)) as first:
        waiting = asyncio.create_task(first.arrive("started"))
        await within(keeper.arrival("started"))
        async with Gate(str(keeper.path)) as second:
            with pytest.raises((ScenarioError, ConnectionError)):
                await within(second.arrive("started"))
        await keeper.go()
        await within(waiting)


async def test_a_gate_that_nobody_came_to_closes_and_leaves_no_socket(folder):
    async with open_gate(folder) as keeper:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(keeper.arrival("started"), 0.01)
    assert not keeper.path.exists()


async def test_a_socket_left_by_a_killed_run_is_replaced(folder):
    (folder / "gate").write_text("")
    async with open_gate(folder) as keeper, Gate(str(keeper.path)) as gate:
        waiting = asyncio.create_task(gate.arrive("started"))
        await within(keeper.arrival("started"))
        await keeper.go()
        assert await within(waiting) == {}


async def test_a_load_that_gives_up_is_told_by_its_own_words_not_by_locusts_tables(folder):
    """It hangs up before it ends, so whichever is seen first, the reason is what it wrote."""
    dies = (
        "import socket, sys, time; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.close(); "
        "print('[2026-11-29 15:10:37,834] vm/ERROR/chatbench: tiny has too few conversations.'); "
        "print('Type     Name      # reqs\\n--------|--------'); time.sleep(0.2); sys.exit(1)"
    )
    log = folder / "load.log"
    async with (
        open_gate(folder) as keeper,
        load_process([sys.executable, "-c", dies, str(keeper.path)], secrets={}, log=log) as process,
    ):
        with pytest.raises(HarnessError, match=r"code 1 .*measured: tiny has too few conversations\."):
            await within(first_of(process, log, keeper.arrival("warm")))
