"""Several processes' windows as one."""

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram

from scenarios.histograms import encode, new_histogram, record_all
from scenarios.outcome import merge_outcomes


def histogram(*microseconds):
    made = new_histogram()
    record_all(made, np.array(microseconds, dtype=np.int64))
    return encode(made)


def operation(*microseconds, errors=None):
    kinds = errors or {}
    return {
        "count": len(microseconds),
        "errors": sum(kinds.values()),
        "error_kinds": kinds,
        **dict.fromkeys(("response", "service", "lag"), histogram(*microseconds)),
        "mean_response_us": sum(microseconds) / len(microseconds) if microseconds else None,
    }


def generator(**changes):
    measured = {"scheduled": 100, "unstarted": 0, "cpu_share": 0.5, "cpu_s": 2.0}
    lags = {"loop_lag_p99_us": 10, "send_lag_p99_us": 20, "window_s": 4.0}
    return measured | lags | {"achieved_rate_share": 1.0} | changes


def outcome(operations=None, **changes):
    return {
        "processes": 1,
        "operations": operations or {},
        "unrecorded": {},
        "seconds": [],
        "traces": {},
        "deliveries": None,
        "generator": generator(),
    } | changes


def deliveries(**changes):
    counts = {"expected": 10, "received": 9, "lost": 1, "duplicated": 0, "late": 0}
    return counts | {"latency": histogram(500)} | changes


def test_one_process_is_told_as_it_is():
    alone = outcome({"send": operation(100)})
    assert merge_outcomes([alone]) is alone


def test_counts_errors_and_processes_add_up():
    merged = merge_outcomes(
        [
            outcome({"send": operation(100, 200, errors={"blocked": 1})}, unrecorded={"send": 3}),
            outcome({"send": operation(600, errors={"blocked": 1, "timeout": 2})}, unrecorded={"mark_read": 1}),
        ]
    )
    sent = merged["operations"]["send"]
    assert (sent["count"], sent["errors"], sent["error_kinds"]) == (3, 4, {"blocked": 2, "timeout": 2})
    assert merged["processes"] == 2
    assert merged["unrecorded"] == {"send": 3, "mark_read": 1}


@pytest.mark.parametrize("clock", ["response", "service", "lag"])
def test_histograms_add_up(clock):
    merged = merge_outcomes([outcome({"send": operation(100, 200)}), outcome({"send": operation(600)})])
    found = HdrHistogram.decode(merged["operations"]["send"][clock])
    assert (found.get_total_count(), found.get_min_value(), found.get_max_value()) == (3, 100, 600)


def test_a_mean_is_that_of_all_calls_not_of_the_processes():
    merged = merge_outcomes([outcome({"send": operation(100, 200)}), outcome({"send": operation(600)})])
    assert merged["operations"]["send"]["mean_response_us"] == pytest.approx(300)


def test_a_mean_that_no_process_has_stays_none_and_one_that_a_process_has_is_kept():
    failed = operation(errors={"blocked": 1})
    nobody = merge_outcomes([outcome({"send": failed}), outcome({"send": failed})])
    assert nobody["operations"]["send"]["mean_response_us"] is None
    one = merge_outcomes([outcome({"send": failed}), outcome({"send": operation(400)})])
    assert one["operations"]["send"]["mean_response_us"] == 400


def test_an_operation_of_one_process_is_in_the_whole():
    merged = merge_outcomes([outcome({"send": operation(100)}), outcome({"mark_read": operation(200)})])
    assert {name: entry["count"] for name, entry in merged["operations"].items()} == {"mark_read": 1, "send": 1}


def test_seconds_of_the_same_number_become_one():
    def second(number, *microseconds):
        entry = {"count": len(microseconds), "response": histogram(*microseconds)}
        return {"second": number, "operations": {"send": entry}}

    merged = merge_outcomes([outcome(seconds=[second(0, 100), second(2, 100)]), outcome(seconds=[second(0, 300, 400)])])
    assert [(s["second"], s["operations"]["send"]["count"]) for s in merged["seconds"]] == [(0, 3), (2, 1)]
    assert HdrHistogram.decode(merged["seconds"][0]["operations"]["send"]["response"]).get_total_count() == 3


def test_deliveries_that_no_process_has_stay_none():
    assert merge_outcomes([outcome(), outcome()])["deliveries"] is None


def test_deliveries_add_up_over_the_processes_that_have_any():
    parts = [outcome(deliveries=deliveries()), outcome(), outcome(deliveries=deliveries(received=8, lost=2, late=1))]
    merged = merge_outcomes(parts)["deliveries"]
    latency = HdrHistogram.decode(merged.pop("latency"))
    assert merged == {"expected": 20, "received": 17, "lost": 3, "duplicated": 0, "late": 1, "resumed": None}
    assert latency.get_total_count() == 2


def test_what_resumes_told_adds_up_over_the_processes_that_had_an_outage():
    parts = [
        {"received": 3, "repeated": 1, "latency": histogram(7)},
        None,
        {"received": 2, "repeated": 0, "latency": histogram(9)},
    ]
    merged = merge_outcomes([outcome(deliveries=deliveries(resumed=part)) for part in parts])["deliveries"]["resumed"]
    assert (merged["received"], merged["repeated"]) == (5, 1)
    assert HdrHistogram.decode(merged["latency"]).get_total_count() == 2


def test_of_cpu_shares_and_lags_the_worst_process_speaks():
    worst = generator(cpu_share=0.95, loop_lag_p99_us=900, send_lag_p99_us=7, window_s=4.2)
    merged = merge_outcomes([outcome(), outcome(generator=worst)])["generator"]
    assert (merged["cpu_share"], merged["loop_lag_p99_us"], merged["send_lag_p99_us"]) == (0.95, 900, 20)
    assert (merged["cpu_s"], merged["window_s"]) == (4.0, 4.2)


def test_the_achieved_share_is_that_of_all_tasks_and_none_when_none_was_due():
    busy = generator(scheduled=300, unstarted=40, achieved_rate_share=260 / 300)
    merged = merge_outcomes([outcome(), outcome(generator=busy)])["generator"]
    assert merged["achieved_rate_share"] == pytest.approx(0.9)
    idle = outcome(generator=generator(scheduled=0, achieved_rate_share=None))
    assert merge_outcomes([idle, idle])["generator"]["achieved_rate_share"] is None


def test_traces_of_processes_are_joined():
    one, other = outcome(), outcome()
    one["traces"] = {"send": {"intended_ns": [1], "ended_ns": [2], "failed_ns": []}}
    other["traces"] = {"send": {"intended_ns": [3], "ended_ns": [5], "failed_ns": [4]}}
    merged = merge_outcomes([one, other])
    assert merged["traces"] == {"send": {"intended_ns": [1, 3], "ended_ns": [2, 5], "failed_ns": [4]}}
