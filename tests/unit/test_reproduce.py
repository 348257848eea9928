"""The file that a page gives to run its experiment again is that experiment."""

import tomllib
from pathlib import Path

import pytest

import harness
from harness.catalogue import known_names
from harness.experiment import experiment_from, load_experiment
from reports.sections.reproduce import experiment_file

EXPERIMENTS = sorted((Path(harness.__file__).parent / "experiments").glob("*.toml"))


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_the_file_on_the_page_is_the_experiment_that_ran(path):
    known = known_names()
    experiment = load_experiment(path, known)
    again = tomllib.loads(experiment_file(experiment.as_dict()))
    assert experiment_from(again, "again.toml", known) == experiment
