"""The file that a page gives to run its experiment again is that experiment."""

import tomllib
from pathlib import Path

import pytest

import harness
from harness.catalogue import known_names
from harness.experiment_file import experiment_from, load_experiment
from reports.sections.reproduce import experiment_file

EXPERIMENTS = sorted((Path(harness.__file__).parent / "experiments").glob("*.toml"))


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_the_file_on_the_page_is_the_experiment_that_ran(path):
    known = known_names()
    experiment = load_experiment(path, known)
    again = tomllib.loads(experiment_file(experiment.as_dict()))
    assert experiment_from(again, "again.toml", known) == experiment


def test_a_mix_is_named_by_its_path_and_a_share_of_capacity_stays_one(tmp_path):
    mix = tmp_path / "mine.toml"
    mix.write_text("[actions]\nsend = 1\n")
    scenario = {"name": str(mix), "rate": "70%"}
    content = {"name": "e", "candidates": ["spec"], "scenarios": [scenario], "find_capacity": True}
    experiment = experiment_from(content, "e.toml", known_names())
    again = tomllib.loads(experiment_file(experiment.as_dict()))
    assert experiment_from(again, "again.toml", known_names()) == experiment


def test_a_test_of_somebody_elses_server_becomes_a_file_that_can_be_run():
    scenario = {"name": "day", "rate": 10, "target": "http://a.example", "compare": False}
    content = {"name": "e", "candidates": [], "scenarios": [scenario]}
    experiment = experiment_from(content, "e.toml", known_names())
    # the cockpit lays its tests side by side, whatever their target
    (load,) = experiment.as_dict()["scenarios"]
    again = tomllib.loads(experiment_file(experiment.as_dict() | {"scenarios": [load | {"compare": True}]}))
    assert experiment_from(again, "again.toml", known_names()) == experiment
