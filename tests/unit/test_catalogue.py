"""Everything there is to choose from is listed, each with what it is."""

import sys
from pathlib import Path

import pytest

import reference_server
import scenarios
from datasets.shape import SIZES
from harness.catalogue import describe, known_names
from harness.errors import HarnessError
from harness.experiment import FOLDER
from harness.experiment_file import load_experiment

KINDS = ("variants", "scenarios", "datasets", "experiments", "hypotheses")


def names(kind):
    return {entry["name"] for entry in describe(kind)}


def stems(folder, pattern):
    return {path.stem for path in folder.glob(pattern)} - {"__init__"}


def test_every_scenario_of_the_catalogue_is_listed():
    folder = Path(scenarios.__file__).parent / "catalog"
    assert names("scenarios") == stems(folder, "*.py") >= {"day", "fanout", "pagination"}


def test_every_variant_is_listed_with_what_it_extends_and_misses():
    folder = Path(reference_server.__file__).parent / "variants"
    assert names("variants") == stems(folder, "*.toml") >= {"baseline", "spec"}
    assert all({"extends", "known_gaps"} <= set(entry) for entry in describe("variants"))


def test_every_size_of_dataset_is_listed_with_its_messages(tmp_path):
    # a home without imports, whatever the folder that the tests run in has
    assert {entry["name"]: entry["messages"] for entry in describe("datasets", home=tmp_path)} == SIZES


def test_every_experiment_that_ships_is_listed():
    assert names("experiments") == stems(FOLDER, "*.toml") >= {"quickstart"}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_an_experiment_that_ships_can_be_run_as_it_is(path):
    assert load_experiment(path, known_names()).name == path.stem


def test_a_hypothesis_is_listed_with_the_experiment_that_tests_it():
    assert {entry["experiment"] for entry in describe("hypotheses")} <= names("experiments")


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_says_in_a_line_what_it_is(kind):
    for entry in describe(kind):
        assert entry["summary"].strip(), entry["name"]
        assert "\n" not in entry["summary"], entry["name"]


def test_a_kind_that_does_not_exist_is_answered_with_those_that_do():
    with pytest.raises(HarnessError) as raised:
        describe("variant")
    assert all(part in str(raised.value) for part in ("'variant'", *KINDS))
    assert raised.value.exit_code == 2


def test_listing_scenarios_does_not_import_them_because_that_would_patch_this_process():
    describe("scenarios")
    assert "locust" not in sys.modules
    assert "gevent" not in sys.modules


def test_scenarios_that_write_are_told_from_those_that_only_read():
    known = known_names()
    assert set(known.scenarios) - set(known.writing) == {"pagination", "presence"}
