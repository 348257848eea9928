"""The cockpit's decisions: what a form may ask for, who may see the page, how figures become rows and lines."""

import asyncio
import contextlib
import socket
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from harness.catalogue import known_names
from harness.run_folder import RunFolder
from harness.ui.choices import Choices, choices_from
from harness.ui.cockpit import Address, check_address, check_free, is_loopback
from harness.ui.ended_test import EndedTest
from harness.ui.errors import AddressError, ChoiceError, OpenToOthersError
from harness.ui.fields import read_numbers
from harness.ui.figures import colours_of, comparison
from harness.ui.heeding import heed_cancellation
from harness.ui.line_chart import BOTTOM, LEFT, RIGHT, TOP, line_chart, tick_step
from harness.ui.rows import cache_row, delivery_row, operation_rows
from harness.ui.servers import how_it_ended
from harness.ui.sitting import Sitting
from harness.ui.together import manifest_together, trials_together

CHOICES = Choices(
    scenarios=("pagination",),
    variant="spec",
    dataset="tiny",
    dataset_seed=1,
    target="direct",
    url="",
    servers=1,
    users=16,
    arrivals="poisson",
    rate_per_s=200.0,
    warmup_s=2.0,
    window_s=0.0,
    page_size=50,
    connections=8,
    receivers=200,
    devices=2,
    seed=1,
)
FORM = asdict(CHOICES)
KNOWN = known_names()


def test_a_form_of_known_names_is_taken_as_it_is():
    assert choices_from(FORM, KNOWN) == CHOICES


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"variant": "spce"}, "There is no variant 'spce'"),
        ({"dataset": "smal"}, "There is no dataset 'smal'"),
        ({"target": "elsewhere"}, "There is no target 'elsewhere'"),
        ({"scenarios": ()}, "No scenario is chosen"),
        ({"rate_per_s": 0.0}, "no task would ever be due"),
        ({"target": "url", "url": "example.org"}, "'example.org' is no URL"),
        ({"scenarios": ("unread",), "variant": "sharded_fdw"}, "every write fails"),
        ({"scenarios": ("scrolling",)}, "There is no scenario 'scrolling'"),
        ({"window_s": 0.2}, "A window of 0.2 s holds next to nothing"),
        ({"shape": "saw"}, "There is no shape 'saw'"),
        ({"shape": "spike", "window_s": 3.0}, "would hardly move"),
        ({"shape": "spike", "users": 2}, "would hardly move"),
    ],
)
def test_what_no_test_can_be_made_of_is_said_in_a_sentence(changed, said):
    with pytest.raises(ChoiceError, match=said):
        choices_from({**FORM, **changed}, KNOWN)


def test_a_form_with_a_field_missing_is_refused():
    with pytest.raises(ChoiceError, match="not complete"):
        choices_from({name: value for name, value in FORM.items() if name != "variant"}, KNOWN)


def test_a_closed_loop_needs_no_rate():
    load = choices_from({**FORM, "arrivals": "closed", "rate_per_s": 0.0}, KNOWN).load()
    assert (load.arrivals, load.rate_per_s) == ("closed", None)


def test_a_url_is_the_loads_target():
    load = replace(CHOICES, target="url", url="http://127.0.0.1:8001").load()
    assert load.is_remote
    assert load.target == "http://127.0.0.1:8001"


def test_a_shape_without_a_length_is_given_one_and_names_its_load():
    choices = choices_from({**FORM, "shape": "ramp"}, KNOWN)
    assert choices.window_s == 300.0
    assert choices.load().name == "pagination (ramp)"


def test_unlike_shapes_and_lengths_of_one_stand_apart():
    ramp = replace(CHOICES, shape="ramp", window_s=60.0)
    assert ramp.alike() != replace(ramp, shape="day").alike()
    assert ramp.alike() != replace(ramp, window_s=30.0).alike()
    assert ramp.alike() == replace(ramp, variant="lean").alike()


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("user_count", "0", "number of users is '0'.* a whole number from 1 to 20,000"),
        ("spawn_rate", "0", "ramp up is '0'.* above 0 and up to 20,000"),
        ("rate", "fast", "rate is 'fast'.* a number from 0 to 1,000,000"),
        ("rate", "nan", "rate is 'nan'"),
        ("rate", "inf", "rate is 'inf'"),
        ("rate", " ", "rate is empty"),
        ("servers", "1.5", "servers is '1.5'.* a whole number from 1 to 64"),
        ("page_size", "201", "page size is '201'.* from 1 to 200"),
        ("seed", "-1", "seed is '-1'"),
        ("dataset_seed", "9" * 30, "dataset seed is '9+'"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused_with_what_its_field_takes(field, text, said):
    with pytest.raises(ChoiceError, match=said):
        read_numbers({field: text})


def test_numbers_are_read_as_what_they_are_and_words_left_alone():
    assert read_numbers({"rate": "12.5", "servers": " 2 ", "variant": "spec"}) == {"rate": 12.5, "servers": 2}


def test_users_who_would_take_hours_to_start_are_refused():
    with pytest.raises(ChoiceError, match=r"16 users at 0\.001 a second take 4\.4 hours"):
        read_numbers({"user_count": "16", "spawn_rate": "0.001"})


def test_only_variant_and_window_may_differ_within_a_group():
    assert replace(CHOICES, variant="lean", window_s=9.0).alike() == CHOICES.alike()
    assert replace(CHOICES, rate_per_s=100.0).alike() != CHOICES.alike()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_this_machines_own_addresses_need_no_login(host):
    assert is_loopback(host)
    check_address(host, web_login=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.7", "bench.example.org"])
def test_an_address_that_others_reach_needs_a_login(host):
    with pytest.raises(OpenToOthersError, match="--web-login"):
        check_address(host, web_login=False)
    check_address(host, web_login=True)


def test_a_port_that_is_taken_is_told_before_anything_starts():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressError, match=f"cannot be served at http://127.0.0.1:{port}: Address already in use"):
            check_free(Address(host="127.0.0.1", port=port, password=None))
    check_free(Address(host="127.0.0.1", port=port, password=None))


def test_a_host_that_is_no_address_of_this_machine_is_told_too():
    with pytest.raises(AddressError, match="Nothing was started"):
        check_free(Address(host="192.0.2.1", port=8089, password=None))


def test_how_a_server_ended_is_told_by_its_signal_or_its_code():
    assert how_it_ended(-9) == "was ended by SIGKILL"
    assert how_it_ended(1) == "ended with code 1"


async def test_a_cancellation_that_got_lost_is_heeded_at_the_next_step():
    went_on = []

    async def loses_it():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        went_on.append("this far")
        heed_cancellation()
        went_on.append("too far")

    task = asyncio.create_task(loses_it())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert went_on == ["this far"]


def statement(operation, calls, **more):
    counted = ("exec_ms", "plan_ms", "blocks_hit", "blocks_read", "wal_bytes", "rows")
    return {"operation": operation, "calls": calls, **dict.fromkeys(counted, 0), **more}


EVIDENCE = {
    "statements": {
        "send/insert": statement("send", 10, exec_ms=2.0, blocks_hit=30, blocks_read=10, wal_bytes=5000),
        "send/bump": statement("send", 5, exec_ms=1.0, blocks_hit=40, wal_bytes=1000),
        "newest_page/spec": statement("newest_page", 0),
    },
    "redis": {"hits": 3, "misses": 1, "commands": 9},
    "cache_hit_share": 0.5,
    "wal_bytes": 7000,
    "checkpoints": 0,
}


def test_an_operations_statements_are_added_and_divided_by_its_calls():
    (row,) = operation_rows(EVIDENCE, seconds=2.0)
    assert row["name"] == "send"
    assert (row["calls"], row["calls_per_s"]) == (10, 5.0)
    assert (row["exec_us_per_call"], row["blocks_per_call"], row["wal_bytes_per_call"]) == (300.0, 8.0, 600.0)
    assert row["hit_share"] == 70 / 80


def test_a_share_of_nothing_is_unknown_not_zero():
    evidence = {"statements": {"a/b": statement("a", 1)}, "redis": {"hits": 0, "misses": 0}}
    assert operation_rows(evidence)[0]["hit_share"] is None
    assert cache_row(evidence)["redis_hit_share"] is None


def test_redis_hits_are_a_share_of_its_reads():
    assert cache_row(EVIDENCE)["redis_hit_share"] == 0.75


def test_a_scenario_that_delivers_nothing_has_no_delivery_row():
    assert delivery_row(None) is None
    assert delivery_row({"expected": 0}) is None


def made(number, variant):
    record = {
        "operations": {},
        "seconds": [],
        "deliveries": None,
        "void": None,
        "started_at": "2026-01-01T00:00:00+00:00",
        "load": {"window_s": 1.0},
    }
    choices = replace(CHOICES, variant=variant)
    manifest = {
        "experiment": asdict(choices.experiment()),
        "environment": {},
        "dataset": {"name": "tiny"},
        "variants": {variant: {}},
    }
    return EndedTest(number=number, choices=choices, folder=RunFolder(path=Path()), manifest=manifest, record=record)


def test_a_variant_keeps_its_colour_and_its_second_test_is_paler():
    colours = colours_of([made(1, "spec"), made(2, "lean"), made(3, "spec")])
    assert colours == {1: "lane0", 2: "lane1", 3: "lane0 again"}


def test_tests_of_unlike_loads_are_in_groups_of_their_own_the_latest_first():
    other = made(2, "spec")
    other = replace(other, choices=replace(other.choices, rate_per_s=1.0))
    groups = comparison([made(1, "spec"), other, made(3, "lean")])
    assert [[test["number"] for test in group["tests"]] for group in groups] == [[2], [1, 3]]


@pytest.mark.parametrize("most", [0.4, 3.0, 7.0, 48.0, 999.0, 12_345.0, 2e6])
def test_an_axis_has_few_ticks_whatever_it_measures(most):
    chart = line_chart({1: [(0, most / 2), (4, most)]}, {1: "lane0"})
    assert 2 <= len(chart["ticks"]) <= 7
    assert chart["ticks"][-1]["value"] >= most
    assert tick_step(most) > 0


def test_lines_stay_inside_the_drawing():
    chart = line_chart({1: [(0, 10.0), (2, 90.0)], 2: [(1, 50.0), (4, 20.0)]}, {1: "lane0", 2: "lane1"})
    for path in chart["paths"]:
        for place in path["path"].removeprefix("M").split("L"):
            x, y = map(float, place.split())
            assert LEFT <= x <= RIGHT
            assert TOP <= y <= BOTTOM
    assert line_chart({}, {}) is None


def test_tests_together_are_a_run_with_a_lane_a_variant_and_a_round_a_repetition():
    tests = [made(1, "spec"), made(2, "lean"), made(4, "spec")]
    manifest = manifest_together(tests)
    assert manifest["lanes"] == ["spec", "lean"]
    assert (manifest["experiment"]["baseline"], manifest["experiment"]["candidates"]) == ("spec", ["lean"])
    assert manifest["experiment"]["rounds"] == 2
    assert set(manifest["variants"]) == {"spec", "lean"}
    assert [trial["round"] for trial in trials_together(tests)] == [1, 1, 2]


def test_the_plain_baseline_is_compared_with_whenever_it_was_tested():
    manifest = manifest_together([made(1, "spec"), made(2, "baseline")])
    assert (manifest["experiment"]["baseline"], manifest["lanes"]) == ("baseline", ["baseline", "spec"])


def test_a_shape_that_was_stopped_before_its_end_stands_apart_from_a_whole_one():
    choices = replace(CHOICES, shape="ramp", window_s=60.0)
    whole, cut = replace(made(1, "spec"), choices=choices), replace(made(2, "lean"), choices=choices)
    whole.record["load"]["window_s"], cut.record["load"]["window_s"] = 60.1, 20.0
    assert [group["load"].endswith("stopped before its end") for group in comparison([whole, cut])] == [True, False]


def test_tests_of_another_machine_stand_apart():
    here, there = made(1, "spec"), made(2, "lean")
    here.manifest["fingerprints"], there.manifest["fingerprints"] = {"hardware": "a"}, {"hardware": "b"}
    assert len(comparison([here, there])) == 2


@pytest.mark.parametrize(
    "untold",
    [{"page_size": 20}, {"shape": "ramp", "window_s": 30.0}, {"connections": 4}, {"scenarios": ("fanout",)}],
)
def test_no_command_is_given_for_a_load_that_it_could_not_say(untold):
    test = made(1, "spec")
    assert comparison([test])[0]["command"].startswith("chatbench compare --variants spec --scenario pagination")
    assert comparison([replace(test, choices=replace(CHOICES, receivers=100, **untold))])[0]["command"] is None


def test_a_sitting_in_an_older_folder_goes_on_with_its_tests_and_overwrites_none(tmp_path):
    first = Sitting.open(tmp_path)
    assert first.new_number() == 1
    kept = made(1, "spec")
    first.keep(1, CHOICES, first.folder_of(1), kept.manifest, kept.record)
    RunFolder.create(tmp_path / "test-7").write_manifest({"somebody's": "run"})
    (tmp_path / "test-8").mkdir()
    second = Sitting.open(tmp_path)
    assert [(test.number, test.choices) for test in second.tests] == [(1, CHOICES)]
    assert second.new_number() == 8
