"""Three clocks per operation, kept in histograms and told as plain data."""

import numpy as np
import orjson
import pytest
from hdrh.histogram import HdrHistogram

from scenarios.histograms import HIGHEST_US, LOWEST_US, encode, merge, new_histogram, record_all
from scenarios.recorder import Recorder

US, S = 1_000, 1_000_000_000
ORIGIN = 5 * S


def decoded(text):
    return HdrHistogram.decode(text)


def recording():
    recorder = Recorder()
    recorder.start_window(ORIGIN)
    return recorder


def add(recorder, name="send", *, due=0, start=0, end=1_000):
    """Times in µs since the window's origin."""
    recorder.add(recorder.number(name), ORIGIN + due * US, ORIGIN + start * US, ORIGIN + end * US)


def test_response_runs_from_the_intended_start_service_from_the_actual_one_and_lag_between():
    recorder = recording()
    add(recorder, due=0, start=300, end=1_000)
    recorder.end_window()
    sent = recorder.operations()["send"]
    assert decoded(sent["response"]).get_max_value() == 1_000
    assert decoded(sent["service"]).get_max_value() == 700
    assert decoded(sent["lag"]).get_max_value() == 300
    assert sent["mean_response_us"] == 1_000


def test_an_operation_keeps_its_number_so_that_samples_of_two_never_mix():
    recorder = recording()
    assert recorder.number("send") == recorder.number("send") != recorder.number("mark_read")
    add(recorder, "send", end=100)
    add(recorder, "mark_read", end=900)
    add(recorder, "send", end=300)
    recorder.end_window()
    assert {name: o["count"] for name, o in recorder.operations().items()} == {"mark_read": 1, "send": 2}
    assert recorder.operations()["send"]["mean_response_us"] == 200


def test_what_was_answered_before_the_window_is_counted_but_not_measured():
    recorder = Recorder()
    add(recorder)
    recorder.add_error("send", "blocked")
    recorder.start_window(ORIGIN)
    add(recorder)
    recorder.end_window()
    assert recorder.unrecorded == {"send": 1}
    assert recorder.operations()["send"]["count"] == 1
    assert recorder.operations()["send"]["error_kinds"] == {}


def test_what_is_answered_after_the_window_is_counted_but_not_measured():
    recorder = recording()
    recorder.end_window()
    add(recorder)
    recorder.flush()
    assert recorder.operations() == {}
    assert recorder.unrecorded == {"send": 1}


def test_an_operation_that_only_failed_has_errors_by_kind_and_no_mean():
    recorder = recording()
    for kind in ("blocked", "blocked", "timeout"):
        recorder.add_error("send", kind)
    recorder.end_window()
    sent = recorder.operations()["send"]
    assert (sent["count"], sent["errors"], sent["error_kinds"]) == (0, 3, {"blocked": 2, "timeout": 1})
    assert sent["mean_response_us"] is None


def test_a_second_holds_what_was_answered_in_it_whenever_it_was_due():
    recorder = recording()
    add(recorder, due=100, start=100, end=999_999)
    add(recorder, due=100, start=100, end=1_000_000)
    add(recorder, due=2_000_000, start=2_000_000, end=2_500_000)
    recorder.end_window()
    assert [(s["second"], s["operations"]["send"]["count"]) for s in recorder.seconds()] == [(0, 1), (1, 1), (2, 1)]


def test_flushing_tells_new_responses_and_errors_once():
    recorder = recording()
    add(recorder, end=250)
    recorder.add_error("send", "blocked")
    responses, errors = recorder.flush()["send"]
    assert (responses.tolist(), errors) == ([250], {"blocked": 1})
    assert recorder.flush() == {}


def test_flushing_often_or_once_gives_the_same_outcome():
    often, once = recording(), recording()
    for end in range(100, 5_000, 37):
        for recorder in (often, once):
            add(recorder, end=end)
        often.flush()
    often.end_window()
    once.end_window()
    assert (often.operations(), often.seconds()) == (once.operations(), once.seconds())


def test_the_outcome_is_plain_enough_for_a_line_of_json():
    recorder = recording()
    add(recorder)
    recorder.end_window()
    told = {"operations": recorder.operations(), "seconds": recorder.seconds()}
    assert orjson.loads(orjson.dumps(told)) == told


def test_values_beyond_a_histograms_range_are_kept_at_its_edges():
    histogram = new_histogram()
    record_all(histogram, np.array([-5, 0, HIGHEST_US * 10]))
    assert histogram.get_total_count() == 3
    assert histogram.get_min_value() == LOWEST_US
    assert histogram.get_max_value() == pytest.approx(HIGHEST_US, rel=0.001)


def test_merged_histograms_hold_every_sample_so_percentiles_are_those_of_all():
    fast, slow = new_histogram(), new_histogram()
    record_all(fast, np.full(99, 100))
    record_all(slow, np.full(1, 50_000))
    together = decoded(merge([encode(fast), encode(slow)]))
    assert together.get_total_count() == 100
    assert together.get_value_at_percentile(99) == 100
    assert together.get_max_value() == pytest.approx(50_000, rel=0.001)


def test_a_traced_operation_keeps_each_sample_and_failure_of_the_window():
    recorder = Recorder()
    recorder.trace("send")
    number, other = recorder.number("send"), recorder.number("newest_page")
    recorder.add(number, 1, 2, 3)
    recorder.add_error("send", "not_found")
    recorder.start_window(10)
    recorder.add(number, 20_000, 21_000, 25_000)
    recorder.add(other, 20_000, 21_000, 25_000)
    recorder.add_error("send", "not_found")
    recorder.end_window()
    trace = recorder.traces()["send"]
    assert (trace["intended_ns"], trace["ended_ns"], len(trace["failed_ns"])) == ([20_000], [25_000], 1)
    assert list(recorder.traces()) == ["send"]
