"""Experiment files and what is said about bad ones."""

from dataclasses import replace
from pathlib import Path

import pytest

import harness
from harness.errors import ExperimentError
from harness.experiment import KnownNames
from harness.experiment_file import experiment_from, load_experiment
from harness.judging.fail_on import gate_of
from harness.judging.metrics import KNOWN_NAMES, METRICS, metric_name

KNOWN = KnownNames(
    variants=["baseline", "spec", "lean", "monthly"],
    scenarios=["day", "fanout", "pagination"],
    datasets=["tiny", "small", "medium", "large", "huge"],
)
CLAIM = {"id": "c", "claim": "Sends are as fast.", "operation": "send", "candidate": "spec"}
QUICKSTART = Path(harness.__file__).parent / "experiments" / "quickstart.toml"


def content(**changes):
    scenario = {"name": "day", "rate": 400} | changes.pop("scenario", {})
    return {"name": "mine", "candidates": ["spec"], "scenarios": [scenario]} | changes


def complaint(table):
    with pytest.raises(ExperimentError) as raised:
        experiment_from(table, "mine.toml", KNOWN)
    return str(raised.value)


def test_the_quickstart_is_five_lanes_in_six_rounds_and_one_uncompared_fanout():
    quickstart = load_experiment(QUICKSTART, KNOWN)
    assert quickstart.candidates == ("spec", "lean", "monthly")
    assert (quickstart.rounds, quickstart.minimum_effect) == (6, 0.05)
    day, fanout = quickstart.scenarios
    assert (day.rate_per_s, day.users, day.window_s, day.compare) == (400, 16, 4.5, True)
    assert (fanout.target, fanout.servers, fanout.receivers, fanout.devices, fanout.compare) == (
        "server",
        2,
        100,
        2,
        False,
    )


def test_what_a_file_leaves_out_has_stated_defaults():
    found = experiment_from(content(), "mine.toml", KNOWN)
    assert (found.baseline, found.dataset, found.rounds, found.primary) == ("baseline", "medium", 6, ("response_p50",))


@pytest.mark.parametrize("name", KNOWN_NAMES)
def test_a_metric_has_the_same_names_in_an_experiment_its_hypotheses_and_a_gate(name):
    claim = {"id": "h", "claim": "It is cheaper.", "metric": name}
    found = experiment_from(content(primary=[name], hypotheses=[claim]), "mine.toml", KNOWN)
    named = (found.primary[0], found.hypotheses[0].metric)
    assert {gate_of(f"{name} > +10%").metric} == {metric_name(each) for each in named} <= METRICS.keys()


def test_a_combination_is_known_when_each_of_its_parts_is_and_they_combine():
    known = replace(KNOWN, variants=[*KNOWN.variants, "uuid7", "bigint"])
    assert experiment_from(content(candidates=["spec+uuid7"]), "mine.toml", known).candidates == ("spec+uuid7",)
    with pytest.raises(ExperimentError, match="can be combined"):
        experiment_from(content(candidates=["monthly+bigint"]), "mine.toml", known)
    assert "did you mean" in complaint(content(candidates=["spec+leam"]))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (content(candidates=["spce"]), ["mine.toml: candidates", "'spce'", "did you mean spec"]),
        (content(scenario={"name": "dya"}), ["scenarios[1].name", "did you mean day"]),
        (content(dataset="medum"), ["dataset", "did you mean medium"]),
        (content(primary=["response_p5O"]), ["primary", "did you mean response_p50_us"]),
        (content(rounds="six"), ["rounds", "'six'", "a whole number from 1"]),
        (content(rounds=True), ["rounds", "a whole number from 1"]),
        (content(minimum_effect=2), ["minimum_effect", "above 0 and below 1"]),
        (content(scenario={"target": "serve"}), ["scenarios[1].target", '"direct", "server" or a URL']),
        (content(scenario={"rate": -1}), ["scenarios[1].rate", "a number above 0"]),
        (content(scenario={"arrivals": "closed"}), ["scenarios[1].rate", 'arrivals = "closed"']),
        (content(roundes=6), ["roundes", "did you mean rounds"]),
        (content(scenario={"user": 6}), ["scenarios[1].user", "did you mean users"]),
        (content(scenarios=[]), ["scenarios", "at least 1"]),
        (content(candidates=["baseline"]), ["candidates", "occurs twice"]),
        (content(hypotheses=[{**CLAIM, "operation": "snd"}]), ["hypotheses[1].operation", "did you mean send"]),
        (content(hypotheses=[CLAIM, {**CLAIM, "candidate": "lean"}]), ["hypotheses[2].candidate", "one of: spec"]),
        (content(hypotheses=[{**CLAIM, "scenario": "dya"}]), ["hypotheses[1].scenario", "did you mean day"]),
        (content(hypotheses=[{**CLAIM, "against": "monthly"}]), ["hypotheses[1].against", "one of: baseline, spec"]),
        ({"candidates": ["spec"], "scenarios": [{"name": "day"}]}, ["name", "is missing"]),
    ],
)
def test_an_error_names_file_key_and_what_was_expected(table, said):
    message = complaint(table)
    assert all(part in message for part in ["mine.toml", *said]), message


def test_a_file_that_is_no_toml_says_where(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("name = \n")
    with pytest.raises(ExperimentError, match=r"broken\.toml.*line 1"):
        load_experiment(path, KNOWN)
    with pytest.raises(ExperimentError, match="No such file"):
        load_experiment(tmp_path / "absent.toml", KNOWN)


def test_an_unknown_variant_is_a_wrong_use():
    with pytest.raises(ExperimentError) as raised:
        experiment_from(content(baseline="base"), "flags", KNOWN)
    assert raised.value.exit_code == 2


def test_a_scenario_compares_only_candidates_of_the_experiment():
    content = {
        "name": "x",
        "baseline": "baseline",
        "candidates": ["spec", "lean"],
        "scenarios": [{"name": "day", "rate": 10.0, "only": ["spec"]}],
    }
    assert experiment_from(content, "test", KNOWN).scenarios[0].only == ("spec",)
    content["scenarios"][0]["only"] = ["monthly"]
    with pytest.raises(ExperimentError, match=r"scenarios\[1\].only.*monthly"):
        experiment_from(content, "test", KNOWN)


def test_a_scenario_or_a_sweep_that_writes_is_refused_to_a_variant_that_only_reads():
    known = replace(KNOWN, variants=[*KNOWN.variants, "sharded_fdw"], writing=["day", "fanout"], sweeps=["unread"])
    reading = {"name": "pagination", "rate": 1}
    lanes = {"baseline": "spec", "candidates": ["sharded_fdw"]}
    assert experiment_from(content(**lanes, scenarios=[reading]), "mine.toml", known)
    for table in (content(**lanes), content(**lanes, scenarios=[reading], sweeps=["unread"])):
        with pytest.raises(
            ExperimentError, match=r"writes, and sharded_fdw only reads.*Nothing was started.*pagination"
        ):
            experiment_from(table, "mine.toml", known)
    beside = {"name": "day", "rate": 1, "only": ["lean"]}
    both = {"baseline": "spec", "candidates": ["sharded_fdw", "lean"], "scenarios": [reading, beside]}
    assert experiment_from({"name": "mine"} | both, "mine.toml", known)
