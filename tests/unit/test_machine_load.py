"""Shares of a window's CPU time."""

import pytest

from harness.covariates.machine_load import cpu_times, machine_load

BEFORE = {"user": 100.0, "system": 50.0, "idle": 800.0, "iowait": 20.0, "steal": 5.0, "guest": 10.0}


def test_a_windows_shares_are_of_its_own_time_and_guests_are_not_counted_twice():
    after = {"user": 104.0, "system": 51.0, "idle": 803.0, "iowait": 21.0, "steal": 6.0, "guest": 13.0}
    found = machine_load(BEFORE, after)
    assert found["busy_share"] == pytest.approx(0.5)
    assert found["steal_share"] == pytest.approx(0.1)
    assert found["iowait_share"] == pytest.approx(0.1)


def test_what_the_system_does_not_tell_is_missing_not_zero():
    found = machine_load({"user": 1.0, "idle": 1.0}, {"user": 2.0, "idle": 2.0})
    assert found["steal_share"] is None
    assert machine_load(BEFORE, BEFORE)["busy_share"] is None


def test_this_machine_tells_something():
    assert cpu_times()["idle"] > 0
