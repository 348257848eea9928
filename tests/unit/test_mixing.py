"""Designs and mixed factors: which lanes a 2×2 has, and which lanes are warned of."""

import pytest

from harness.catalogue import describe, known_names
from harness.errors import ExperimentError, HarnessError
from harness.experiment_file import experiment_from
from harness.mixing import design_lanes, mixed_lanes

DESIGN = ("fillfactor90", "hot_index")


def experiment(**keys):
    content = {"name": "x", "baseline": "hot_updates", "scenarios": [{"name": "day", "rate": 1.0}], **keys}
    return experiment_from(content, "x.toml", known_names())


def test_a_design_has_both_alone_and_both_together_over_the_baseline():
    lanes = ["hot_updates+fillfactor90", "hot_updates+hot_index", "hot_updates+fillfactor90+hot_index"]
    assert list(design_lanes("hot_updates", (DESIGN,))) == lanes
    assert list(experiment(designs=[list(DESIGN)]).candidates) == lanes


def test_a_lane_of_a_declared_design_is_not_warned_of():
    planned = experiment(designs=[list(DESIGN)])
    assert mixed_lanes(planned.baseline, planned.candidates, planned.designs) == []
    undeclared = mixed_lanes(planned.baseline, planned.candidates, ())
    assert [mixed["lane"] for mixed in undeclared] == ["hot_updates+fillfactor90+hot_index"]
    assert undeclared[0]["factors"] == ["storage", "secondary_indexes"]


def test_a_lane_two_factors_from_the_baseline_is_warned_of_and_told_what_to_do():
    (mixed,) = mixed_lanes("baseline", ("spec", "lean", "monthly"), ())
    assert mixed["lane"] == "monthly"
    assert "differs from baseline in 2 factors (bundle, partitioning)" in mixed["text"]
    assert "spec as its baseline" in mixed["text"]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"candidates": ["spec+hash61"]}, "hash61.*did you mean .*hash16"),
        ({"candidates": ["hash16+monthly"]}, "hash16.*and monthly.*combined"),
        ({"designs": [["fillfactor90"]]}, "two variants each"),
        ({"designs": [["fillfactor90", "hot_indx"]]}, "hot_indx.*did you mean hot_index"),
        ({"designs": ["fillfactor90"]}, "list of lists"),
    ],
)
def test_what_cannot_be_combined_is_answered_before_anything_starts(keys, said):
    with pytest.raises(ExperimentError, match=f"(?s){said}"):
        experiment(**({"candidates": []} | keys))


def test_variants_are_listed_by_factor_and_an_unknown_one_is_answered_with_near_ones():
    assert {entry["name"] for entry in describe("variants", factor="storage")} == {
        "autovacuum_tuned",
        "fillfactor80",
        "fillfactor90",
    }
    with pytest.raises(HarnessError, match="storage"):
        describe("variants", factor="storge")
    with pytest.raises(HarnessError, match="no factors"):
        describe("scenarios", factor="storage")
