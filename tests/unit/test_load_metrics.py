"""What a load process tells Prometheus: every call once, in the right bucket, with no id in a label."""

from collections import Counter

import numpy as np
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from scenarios.load_metrics import BOUNDS_US, LoadMetrics
from scenarios.recorder import Recorder


def told(metrics):
    families = text_string_to_metric_families(generate_latest(metrics.registry).decode())
    return {(one.name, *sorted(one.labels.items())): one.value for family in families for one in family.samples}


def test_calls_and_errors_of_several_seconds_add_up_by_operation():
    metrics = LoadMetrics(users=lambda: 16, deliveries=lambda: {"received": 40, "lost": 1})
    for _ in range(2):
        metrics.take(
            {
                "send": (np.array([900, 1_000, 1_100]), Counter(conflict=1)),
                "task:talk": (np.array([5_000]), Counter()),
                "newest_page": (np.array([], dtype=np.int64), Counter({"http_503": 2})),
            }
        )
    found = told(metrics)
    assert found["chatbench_load_calls_total", ("operation", "send")] == 6
    assert found["chatbench_load_tasks_total", ("task", "talk")] == 2
    assert found["chatbench_load_errors_total", ("kind", "conflict"), ("operation", "send")] == 2
    assert found["chatbench_load_errors_total", ("kind", "http_503"), ("operation", "newest_page")] == 4
    assert found["chatbench_load_response_seconds_sum", ("operation", "send")] == 6_000 / 1e6
    assert found["chatbench_load_deliveries", ("outcome", "lost")] == 1
    assert found[("chatbench_load_users",)] == 16
    # a bound belongs to its own bucket, and each bucket counts those below it
    buckets = {le: found["chatbench_load_response_seconds_bucket", ("le", le), ("operation", "send")]
               for le in ("0.0005", "0.001", "0.0025", "+Inf")}  # fmt: skip
    assert buckets == {"0.0005": 0, "0.001": 4, "0.0025": 6, "+Inf": 6}


def test_lags_of_tasks_and_of_the_loop_are_histograms():
    metrics = LoadMetrics()
    metrics.take_send_lag(np.array([10, 20, 7_000_000]))
    metrics.take_loop_lag(300)
    found = told(metrics)
    assert found["chatbench_load_send_lag_seconds_bucket", ("le", "5")] == 2
    assert found["chatbench_load_send_lag_seconds_bucket", ("le", "+Inf")] == 3
    assert found[("chatbench_load_loop_lag_seconds_count",)] == 1
    assert list(BOUNDS_US) == sorted(BOUNDS_US)


def test_the_recorder_hands_on_the_lags_of_tasks_alone_and_of_none_unless_asked(monkeypatch):
    recorder, lags = Recorder(), []

    def record():
        recorder.add(recorder.number("task:talk"), 1_000, 6_000, 90_000)
        recorder.add(recorder.number("send"), 1_000, 8_000, 80_000)
        recorder.flush()

    record()
    monkeypatch.setattr(Recorder, "on_send_lag", staticmethod(lambda found: lags.extend(found.tolist())))
    record()
    assert lags == [5]
