"""Fan-out's bookkeeping: expected, received, lost, duplicated, late."""

from time import perf_counter_ns

from hdrh.histogram import HdrHistogram

from scenarios.deliveries import LATE_US, OVERDUE_S, Deliveries, delivered

US = 1_000


def recording():
    deliveries = Deliveries()
    deliveries.recording = True
    return deliveries


def counts(deliveries):
    return {name: value for name, value in deliveries.result().items() if name not in ("latency", "resumed")}


def test_every_device_of_a_receiver_is_owed_the_message():
    deliveries = recording()
    deliveries.expect("m1", due_ns=0, devices=3)
    assert deliveries.outstanding == 3
    deliveries.received("m1", 0, 500 * US)
    deliveries.received("m1", 2, 700 * US)
    assert deliveries.outstanding == 1
    assert counts(deliveries) == {"expected": 3, "received": 2, "lost": 1, "duplicated": 0, "late": 0}


def test_latency_runs_from_the_sends_due_time():
    deliveries = recording()
    deliveries.expect("m1", due_ns=1_000_000, devices=1)
    deliveries.received("m1", 0, 1_000_000 + 640 * US)
    latency = HdrHistogram.decode(deliveries.result()["latency"])
    assert (latency.get_total_count(), latency.get_max_value()) == (1, 640)


def test_a_message_that_comes_twice_to_one_device_is_a_duplicate_not_a_delivery():
    deliveries = recording()
    deliveries.expect("m1", due_ns=0, devices=2)
    deliveries.received("m1", 0, 500 * US)
    deliveries.received("m1", 0, 600 * US)
    assert counts(deliveries) == {"expected": 2, "received": 1, "lost": 1, "duplicated": 1, "late": 0}
    assert HdrHistogram.decode(deliveries.result()["latency"]).get_total_count() == 1


def test_what_a_resume_tells_is_received_and_never_late_and_what_it_repeats_is_no_duplicate():
    deliveries = recording()
    deliveries.expect("m1", due_ns=0, devices=1)
    deliveries.expect("m2", due_ns=0, devices=1)
    deliveries.received("m1", 0, 500 * US)
    deliveries.received("m1", 0, 5 * LATE_US * US, resumed=True)
    deliveries.received("m2", 0, 5 * LATE_US * US, resumed=True)
    assert counts(deliveries) == {"expected": 2, "received": 2, "lost": 0, "duplicated": 0, "late": 0}
    resumed = deliveries.result()["resumed"]
    assert (resumed["received"], resumed["repeated"]) == (1, 1)
    assert HdrHistogram.decode(deliveries.result()["latency"]).get_max_value() == 500
    assert HdrHistogram.decode(resumed["latency"]).get_total_count() == 1


def test_an_event_that_follows_a_resume_of_it_is_a_duplicate():
    deliveries = recording()
    deliveries.expect("m1", due_ns=0, devices=1)
    deliveries.received("m1", 0, 500 * US, resumed=True)
    deliveries.received("m1", 0, 600 * US)
    assert counts(deliveries)["duplicated"] == 1


def test_where_no_device_was_away_nothing_is_said_of_a_resume():
    deliveries = recording()
    deliveries.expect("m1", due_ns=0, devices=1)
    deliveries.received("m1", 0, 500 * US)
    assert deliveries.result()["resumed"] is None
    assert delivered(deliveries.result(), None) == "Deliveries: 1 expected, 1 received, 0 lost, 0 duplicated."


def test_after_an_outage_the_sentence_has_resumes_and_reconnects():
    deliveries = recording()
    deliveries.expect("m1", due_ns=0, devices=1)
    deliveries.received("m1", 0, 500 * US, resumed=True)
    said = delivered(deliveries.result(), {"count": 7, "errors": 1})
    assert "1 received (1 by a resume, which repeated 0)" in said
    assert said.endswith("Reconnects: 7, 1 refused.")


def test_a_late_delivery_is_received_all_the_same():
    deliveries = recording()
    deliveries.expect("m1", due_ns=0, devices=2)
    deliveries.received("m1", 0, LATE_US * US)
    deliveries.received("m1", 1, (LATE_US + 1) * US)
    assert counts(deliveries) == {"expected": 2, "received": 2, "lost": 0, "duplicated": 0, "late": 1}


def test_a_failed_send_owes_nothing():
    deliveries = recording()
    deliveries.expect("m1", due_ns=0, devices=2)
    deliveries.forget("m1")
    assert deliveries.outstanding == 0
    assert deliveries.result() is None


def test_a_send_that_failed_for_the_sender_only_keeps_what_it_owes():
    deliveries = recording()
    deliveries.expect("m1", due_ns=0, devices=2)
    deliveries.received("m1", 0, 500 * US)
    deliveries.forget("m1")  # the sender's answer was lost; the message was not
    assert counts(deliveries) == {"expected": 2, "received": 1, "lost": 1, "duplicated": 0, "late": 0}


def test_messages_sent_outside_the_window_are_nobodys_delivery():
    deliveries = Deliveries()
    deliveries.expect("warm-up", due_ns=0, devices=1)
    deliveries.recording = True
    deliveries.received("warm-up", 0, 500 * US)
    assert deliveries.result() is None


def test_a_delivery_may_come_after_the_window_of_its_send():
    deliveries = recording()
    deliveries.expect("m1", due_ns=0, devices=1)
    deliveries.recording = False
    deliveries.received("m1", 0, 500 * US)
    assert counts(deliveries)["received"] == 1


def test_without_an_expected_delivery_there_is_no_result():
    assert recording().result() is None


def test_while_a_test_runs_only_what_is_long_overdue_is_lost_and_what_comes_after_all_is_not():
    deliveries = recording()
    deliveries.expect("old", due_ns=perf_counter_ns() - int((OVERDUE_S + 1) * 1e9), devices=2)
    deliveries.expect("new", due_ns=perf_counter_ns(), devices=2)
    deliveries.received("old", 0, perf_counter_ns())
    assert deliveries.counts() == {"expected": 4, "received": 1, "lost": 1, "duplicated": 0, "late": 1}
    deliveries.received("old", 1, perf_counter_ns())
    assert deliveries.counts()["lost"] == 0
