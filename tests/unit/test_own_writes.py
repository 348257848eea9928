"""Senders who do not see their own message are counted, in the window only."""

from scenarios.outcome import merge_outcomes
from scenarios.own_writes import OwnWrites


def test_looks_outside_the_window_do_not_count():
    looks = OwnWrites()
    looks.seen()
    looks.missed(5)
    assert looks.result() is None


def test_misses_are_looks_and_those_never_shown_are_misses():
    looks = OwnWrites()
    looks.recording = True
    looks.seen()
    looks.missed(2_000)
    looks.missed(None)
    found = looks.result()
    assert (found["looks"], found["misses"], found["never"]) == (3, 2, 1)


def test_processes_are_added_up():
    looks = OwnWrites()
    looks.recording = True
    looks.missed(2_000)
    generator = {
        "scheduled": 1,
        "unstarted": 0,
        "cpu_share": None,
        "cpu_s": 0,
        "loop_lag_p99_us": None,
        "send_lag_p99_us": None,
        "window_s": 1,
    }
    outcome = {
        "processes": 1,
        "operations": {},
        "unrecorded": {},
        "seconds": [],
        "deliveries": None,
        "traces": {},
        "own_writes": looks.result(),
        "generator": generator,
    }
    silent = outcome | {"own_writes": None}
    merged = merge_outcomes([outcome, outcome, silent])["own_writes"]
    assert (merged["looks"], merged["misses"], merged["never"]) == (2, 2, 0)
