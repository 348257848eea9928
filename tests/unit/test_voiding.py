"""Which trials do not count, and the reason each tells."""

import pytest

from harness.conditions import VoidRules
from harness.trial.voiding import why_void


def reason(*, operations=None, checkpoints=0, closed_loop=False, **generator):
    healthy = {"cpu_share": 0.5, "loop_lag_p99_us": 900, "achieved_rate_share": 1.0}
    outcome = {"generator": healthy | generator, "operations": operations or {"send": operation(1_000)}}
    return why_void(outcome, {"checkpoints": checkpoints}, closed_loop=closed_loop)


def operation(count, **error_kinds):
    return {"count": count, "errors": sum(error_kinds.values()), "error_kinds": error_kinds}


def test_a_healthy_trial_counts():
    assert reason() is None


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ({"cpu_share": 0.97}, "the load generator used 97% of a core (above 90%)"),
        ({"loop_lag_p99_us": 31_000}, "event loop lagged 31.0 ms at p99"),
        ({"achieved_rate_share": 0.912}, "only 91.2% of the tasks that were due were started"),
        ({"achieved_rate_share": None}, "no task was due in the window"),
        ({"checkpoints": 2}, "2 checkpoint(s) fell into the window"),
    ],
)
def test_a_reason_tells_what_was_seen(seen, said):
    assert said in reason(**seen)


@pytest.mark.parametrize("edge", [{"cpu_share": 0.9}, {"loop_lag_p99_us": 20_000}, {"achieved_rate_share": 0.98}])
def test_a_trial_at_a_limit_still_counts(edge):
    assert reason(**edge) is None


def test_a_closed_loop_saturates_by_design_but_a_checkpoint_voids_it_too():
    saturated = {"cpu_share": 1.0, "loop_lag_p99_us": 50_000, "closed_loop": True}
    assert reason(**saturated) is None
    assert reason(**saturated, checkpoints=1) == "1 checkpoint(s) fell into the window"


def test_every_reason_is_told():
    told = reason(cpu_share=0.97, checkpoints=1)
    assert "of a core" in told
    assert "checkpoint" in told


def test_one_call_in_a_hundred_may_fail_and_two_may_not():
    assert reason(operations={"send": operation(99, blocked=1)}) is None
    assert reason(operations={"send": operation(98, blocked=2)}) == "2 of 100 calls failed (blocked)"


def test_kinds_of_errors_are_told_once_and_in_order():
    operations = {"send": operation(10, timeout=2, blocked=1), "mark_read": operation(10, timeout=1)}
    assert reason(operations=operations) == "4 of 24 calls failed (blocked, timeout)"


def test_a_task_is_no_call_of_its_own_so_it_does_not_thin_out_the_errors():
    operations = {"send": operation(985, blocked=15), "task:send": operation(985)}
    assert reason(operations=operations) == "15 of 1000 calls failed (blocked)"


def test_a_scenarios_own_fault_is_a_failed_call():
    operations = {"send": operation(100), "task:send": operation(90, KeyError=10)}
    assert reason(operations=operations) == "10 of 110 calls failed (KeyError)"


def test_a_plan_flip_of_a_statement_that_ran_voids_unless_the_experiment_allows_it():
    evidence = {
        "checkpoints": 0,
        "statements": {"send/insert": {"calls": 3}, "unread_total/count": {"calls": 0}},
        "plans": {"flips": [{"plan": "send/insert|hot|custom"}, {"plan": "unread_total/count|hot|custom"}]},
    }
    outcome = {
        "generator": {"cpu_share": 0.5, "loop_lag_p99_us": 900, "achieved_rate_share": 1.0},
        "operations": {"send": operation(1_000)},
    }
    told = why_void(outcome, evidence, closed_loop=False)
    assert told == "the plan of send/insert, hot, custom flipped in the window"
    assert why_void(outcome, evidence, closed_loop=False, rules=VoidRules(allow_plan_flips=True)) is None


def test_a_flip_of_a_kind_of_plan_that_the_window_never_executed_voids_nothing():
    outcome = {
        "generator": {"cpu_share": 0.5, "loop_lag_p99_us": 900, "achieved_rate_share": 1.0},
        "operations": {"send": operation(1_000)},
    }
    evidence = {
        "checkpoints": 0,
        "statements": {"send/insert": {"calls": 40}},
        "plans": {"flips": [{"plan": "send/insert|hot|custom"}]},
        "prepared_plans": {"send/insert": {"custom": 0, "generic": 40}},
    }
    assert why_void(outcome, evidence, closed_loop=False) is None
    evidence["prepared_plans"] = {"send/insert": {"custom": 1, "generic": 39}}
    assert "send/insert, hot, custom" in str(why_void(outcome, evidence, closed_loop=False))


def test_an_experiment_may_allow_checkpoints_and_more_errors():
    outcome = {
        "generator": {"cpu_share": 0.5, "loop_lag_p99_us": 900, "achieved_rate_share": 1.0},
        "operations": {"send": operation(95, timeout=5)},
    }
    rules = VoidRules(allow_checkpoints=True, max_error_share=0.05)
    assert why_void(outcome, {"checkpoints": 2}, closed_loop=False, rules=rules) is None
    assert "5 of 100 calls failed" in (why_void(outcome, {"checkpoints": 0}, closed_loop=False) or "")
