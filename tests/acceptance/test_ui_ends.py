"""How a sitting ends: by its user, or killed, whole or in part; nothing is left behind and what was kept stays."""

import signal
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.acceptance.cockpit import FORM, PATIENCE_S, Cockpit, Start, end, soon


def _measuring(cockpit: Cockpit) -> None:
    assert cockpit.post("/swarm", **FORM)["success"]
    assert cockpit.reaches("Measuring")


def _gone(processes: list[psutil.Process]) -> bool:
    return not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes)


def test_ending_it_in_the_middle_of_a_test_leaves_no_process_and_no_clone(
    own: Cockpit, started_by: Callable[[int], list[psutil.Process]]
) -> None:
    (postgres,) = (one.cmdline() for one in started_by(own.process.pid) if "-D" in one.cmdline())
    base = Path(postgres[postgres.index("-D") + 1]) / "base"
    assert own.post("/swarm", **FORM | {"window": 1})["success"]
    own.ended()
    before = set(base.iterdir())
    _measuring(own)
    assert len(set(base.iterdir()) - before) == 1
    processes = started_by(own.process.pid)
    own.process.send_signal(signal.SIGTERM)
    own.process.wait(PATIENCE_S)
    assert set(base.iterdir()) == before
    assert soon(lambda: _gone(processes))
    assert own.process.stdout
    # the one that was in its window too
    assert "2 test(s) are kept in" in own.process.stdout.read()


def test_a_killed_server_ends_the_test_in_a_sentence_and_is_started_again_for_the_next(
    own: Cockpit, started_by: Callable[[int], list[psutil.Process]]
) -> None:
    for program, name in (("postgres", "PostgreSQL"), ("valkey-server", "Valkey")):
        _measuring(own)
        (server,) = (
            one for one in psutil.Process(own.process.pid).children() if program in " ".join(one.cmdline()[:1])
        )
        server.kill()
        assert soon(lambda: own.status()["phase"] == "failed")
        assert f"{name} was ended by SIGKILL, so the test is over" in own.status()["text"]
        assert soon(own.is_at_rest)
    assert own.post("/swarm", **FORM | {"window": 1})["success"]
    assert own.record(own.ended())["load"]["users"] == 4


def test_a_killed_page_ends_the_sitting_in_a_sentence_and_leaves_no_process(
    own: Cockpit, started_by: Callable[[int], list[psutil.Process]]
) -> None:
    _measuring(own)
    processes = started_by(own.process.pid)
    next(one for one in processes if "locust" in one.cmdline()).kill()
    assert own.process.wait(PATIENCE_S) == 3
    assert "was ended by SIGKILL, so the sitting is over" in " ".join(own.errors.read_text().split())
    assert soon(lambda: _gone(processes))


def test_a_killed_cockpit_leaves_no_process_and_the_next_sitting_goes_on_with_its_tests(
    started: Start, folder: Path, started_by: Callable[[int], list[psutil.Process]]
) -> None:
    first = started("--home", "home-of-others", name="goes-on")
    assert first.post("/swarm", **FORM | {"window": 1})["success"]
    assert first.ended() == 1
    _measuring(first)
    processes = started_by(first.process.pid)
    first.process.kill()
    assert soon(lambda: _gone(processes))
    second = started("--home", "home-of-others", name="goes-on")
    assert second.status()["tests"] == 1
    assert second.post("/swarm", **FORM | {"window": 1})["success"]
    assert second.ended() == 2
    end(second)
    assert {path.name for path in (folder / "goes-on").iterdir()} == {"test-1", "test-2"}
