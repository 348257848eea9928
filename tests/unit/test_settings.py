"""Locust's options as one record, and what is said about wrong ones."""

from argparse import Namespace

import pytest

from datasets.errors import DatasetError
from scenarios.arrivals import Arrivals
from scenarios.errors import OptionError
from scenarios.settings import settings_from


def options(**changes):
    return Namespace(
        **{
            "target": "direct",
            "variant": "spec",
            "postgres": "postgresql://h/d",
            "redis": "redis://h/0",
            "dataset": "tiny",
            "dataset_seed": 3,
            "connections": 8,
            "arrivals": "poisson",
            "rate": 200.0,
            "num_users": 16,
            "warmup": 2.0,
            "window": 5.0,
            "run_time": None,
            "seed": 1,
            "page_size": 50,
            "receivers": 200,
            "devices": 2,
            "gate": "",
            "out": "",
            "token_secret": "",
            **changes,
        }
    )


def complaint(**changes):
    with pytest.raises(OptionError) as raised:
        settings_from(options(**changes))
    return str(raised.value)


def test_options_become_a_record_and_empty_texts_become_none():
    found = settings_from(options())
    assert (found.dataset.name, found.dataset.seed, found.arrivals) == ("tiny", 3, Arrivals.poisson)
    assert (found.gate, found.out, found.token_secret, found.urls) == (None, None, None, ())


def test_the_rate_is_shared_by_all_users():
    assert settings_from(options(rate=200.0, num_users=16)).user_rate_per_s == 12.5
    assert settings_from(options(num_users=None)).user_rate_per_s == 200.0


def test_a_url_target_may_name_several_servers_and_needs_no_database():
    found = settings_from(options(target="http://a:1/, http://b:2", postgres="", redis=""))
    assert found.urls == ("http://a:1", "http://b:2")
    assert (found.postgres, found.redis) == (None, None)


@pytest.mark.parametrize(
    ("window", "run_time", "expected"),
    [(5.0, None, 5.0), (5.0, 60, 5.0), (0.0, 60, 58.0), (0.0, 2, 1.0), (0.0, None, None)],
)
def test_the_window_is_asked_for_or_what_the_run_time_leaves_or_open(window, run_time, expected):
    assert settings_from(options(window=window, run_time=run_time)).window_s == expected


def test_unknown_arrivals_are_answered_with_those_that_exist():
    assert complaint(arrivals="burst") == "--arrivals 'burst' is unknown. It is one of: poisson, constant, closed."


@pytest.mark.parametrize("rate", [0, -1.5])
def test_an_open_loop_without_a_rate_would_never_do_anything(rate):
    message = complaint(rate=rate)
    assert message == f"--rate is {rate}, so no task would ever be due. Give tasks per second above 0."


def test_a_closed_loop_needs_no_rate():
    assert settings_from(options(arrivals="closed", rate=0)).arrivals is Arrivals.closed


@pytest.mark.parametrize("missing", ["postgres", "redis"])
def test_direct_without_a_server_says_what_starts_one(missing):
    message = complaint(**{missing: ""})
    assert "--target direct needs --postgres and --redis" in message
    assert "`chatbench serve`" in message


@pytest.mark.parametrize("target", ["drect", "", "localhost:8000", "http://a:1,"])
def test_a_target_that_is_no_url_is_told_before_anything_connects(target):
    assert complaint(target=target).startswith(f"--target {target!r} is neither `direct` nor URLs")


def test_an_unknown_dataset_is_answered_with_the_near_ones():
    with pytest.raises(DatasetError, match="tiny"):
        settings_from(options(dataset="tinny"))
