"""Claims with a direction and a size, and their answers."""

import math

import pytest

from harness.errors import ExperimentError
from harness.hypotheses import claimed_region, hypothesis_from
from harness.judging.answering import corrected
from harness.judging.answers import answer
from harness.judging.summary import summarise
from harness.table import TableReader
from tests.unit.synthetic_run import manifest, trials

LANES = ["baseline", "baseline:again", "spec", "lean"]


def finding(ratio, half=0.02, **changes):
    return {
        "scenario": "day",
        "target": "direct",
        "operation": "send",
        "metric": "response_p50_us",
        "candidate": "spec",
        "ratio": ratio,
        "ratio_low": ratio * math.exp(-half),
        "ratio_high": ratio * math.exp(half),
        "p_adjusted": 0.001,
        "noise_floor": 0.01,
        "alpha": 0.05,
        "rounds": 6,
        "verdict": "worse" if ratio > 1 else "better",
        "why": "a reason",
    } | changes


def answered(claim, *findings, dataset="medium"):
    whole = {"id": "h", "claim": "c", "source": "§1", "candidate": "spec"} | claim
    return answer(whole, findings, dataset=dataset, lanes=LANES, minimum_effect=0.05)


@pytest.mark.parametrize(
    ("direction", "by", "ratio", "expected"),
    [
        ("lower", 0.1, 0.85, "supported"),
        ("lower", 0.1, 0.95, "refuted"),
        ("lower", 0.1, 0.9, "unresolved"),
        ("lower", None, 0.97, "supported"),
        ("higher", 0.1, 1.2, "supported"),
        ("higher", 0.1, 0.9, "refuted"),
        ("higher", 0.1, 1.11, "unresolved"),
        ("same", 0.05, 1.01, "supported"),
        ("same", 0.05, 1.2, "refuted"),
        ("same", 0.05, 1.05, "unresolved"),
        ("not_higher", 0.05, 0.5, "supported"),
        ("not_higher", 0.05, 1.09, "refuted"),
        ("not_lower", 0.05, 1.4, "supported"),
        ("not_lower", 0.05, 0.8, "refuted"),
    ],
)
def test_a_claim_is_supported_or_refuted_only_by_a_whole_interval(direction, by, ratio, expected):
    assert answered({"direction": direction, "by": by}, finding(ratio))["answer"] == expected


def test_a_tolerance_that_is_not_named_is_the_minimum_effect():
    assert answered({"direction": "not_higher"}, finding(1.02))["answer"] == "supported"
    assert answered({"direction": "not_higher"}, finding(1.08))["answer"] == "refuted"


def test_a_change_within_the_noise_floor_supports_no_claim_of_a_change():
    assert answered({"direction": "lower"}, finding(0.95, noise_floor=0.1))["answer"] == "unresolved"
    assert answered({"direction": "same"}, finding(1.0, noise_floor=0.1))["answer"] == "supported"


def test_every_part_must_support_a_claim_and_one_refutes_it_at_its_share_of_the_level():
    claim = {"direction": "lower", "by": 0.1}
    fine, missed = finding(0.7), finding(1.0, operation="page")
    assert answered(claim, fine, fine)["answer"] == "supported"
    assert answered(claim, fine, missed)["answer"] == "refuted"
    narrowly = finding(0.93, operation="page")
    assert answered(claim, narrowly)["answer"] == "refuted"
    assert answered(claim, narrowly, *[finding(0.7, operation=f"o{n}") for n in range(8)])["answer"] == "unresolved"


def test_what_cannot_be_judged_leaves_a_claim_open():
    assert answered({"direction": "lower"}, finding(0.5, p_adjusted=None))["answer"] == "unresolved"
    bare = finding(0.5) | {"ratio": None, "ratio_low": None, "ratio_high": None, "why": "12 samples"}
    found = answered({"direction": "lower"}, bare)
    assert found["answer"] == "unresolved"
    assert "12 samples" in found["why"]


def test_a_claim_about_another_dataset_or_lane_is_unresolved_and_says_what_is_missing():
    elsewhere = answered({"direction": "lower", "datasets": ["large"]}, finding(0.5))
    assert (elsewhere["answer"], elsewhere["why"]) == ("unresolved", "needs the dataset large, this run has medium")
    assert (
        answered({"direction": "lower", "datasets": ["large"]}, finding(0.5), dataset="large")["answer"] == "supported"
    )
    assert "no lane monthly" in answered({"candidate": "monthly"}, finding(0.5))["why"]
    assert "measured nothing" in answered({"operation": "other"}, finding(0.5))["why"]


def test_an_answer_carries_its_figures_and_what_the_database_counted():
    blocks = finding(0.2, metric="blocks_per_call")
    found = answered({"direction": "lower", "by": 0.1}, finding(0.7), blocks)
    assert [row["ratio"] for row in found["findings"]] == [0.7]
    assert "send in spec better ×0.7" in found["why"]
    assert "blocks_per_call of send in spec ×0.2" in found["why"]


def test_a_claim_without_a_direction_is_answered_by_verdicts_as_before():
    assert answered({"supports": "better"}, finding(0.7))["answer"] == "supported"
    assert answered({"supports": "better"}, finding(1.3))["answer"] == "refuted"
    assert answered({}, finding(0.7), finding(1, verdict="unresolved"))["answer"] == "unresolved"


def test_a_claim_may_name_another_lane_to_compare_with():
    shared = {"claim": "c", "against": "spec", "direction": "lower"}
    claims = [
        shared | {"id": "a", "operation": "send", "candidate": "lean", "by": 0.05},
        shared | {"id": "b", "operation": "older_page", "candidate": "no_page_index"},
    ]
    lean, slow = summarise(manifest(hypotheses=claims), trials())["hypotheses"]
    assert lean["findings"][0]["baseline"] == "spec"
    assert lean["findings"][0]["ratio"] == pytest.approx(0.86, rel=0.06)
    assert slow["answer"] == "refuted"
    assert slow["findings"][0]["ratio"] == pytest.approx(9 / 0.66, rel=0.1)


def read(**changes):
    table = {"id": "h", "claim": "c"} | changes
    return hypothesis_from(TableReader(table, "x.toml"), lambda _table, _key, name: name)


def test_a_file_may_leave_everything_out_but_id_and_claim():
    assert read().supports == "better"
    assert read(direction="lower", by=0.1, candidate="a", against="b", datasets=["large"]).datasets == ("large",)


@pytest.mark.parametrize(
    "changes",
    [{"direction": "down"}, {"by": 0.1}, {"direction": "lower", "by": 1.0}, {"against": "spec"}, {"size": 0.1}],
)
def test_a_claim_that_makes_no_sense_is_refused(changes):
    with pytest.raises(ExperimentError):
        read(**changes)


def test_regions_are_bounded_by_the_size():
    assert claimed_region("lower", 0.1) == (-math.inf, pytest.approx(math.log(0.9)))
    assert claimed_region("same", 0.05) == (pytest.approx(-math.log(1.05)), pytest.approx(math.log(1.05)))


def p_of(claim, *findings):
    return answered(claim, *findings)["p_value"]


@pytest.mark.parametrize("direction", ["lower", "higher", "same", "not_higher", "not_lower"])
@pytest.mark.parametrize("ratio", [0.7, 0.9, 0.94, 0.97, 1.0, 1.03, 1.07, 1.12, 1.3])
def test_a_claims_p_is_under_the_level_exactly_where_its_interval_answers_it(direction, ratio):
    claim = {"direction": direction, "by": 0.05}
    two = (finding(ratio, noise_floor=0.0), finding(ratio, operation="page", noise_floor=0.0))
    for parts in (two[:1], two):
        assert (p_of(claim, *parts) < 0.05) == (answered(claim, *parts)["answer"] != "unresolved")


def test_a_claim_that_rests_on_verdicts_or_on_nothing_has_no_p_of_its_own():
    assert p_of({"supports": "better"}, finding(0.7)) is None
    assert p_of({"direction": "lower"}, finding(0.5, p_adjusted=None)) is None
    assert p_of({"direction": "lower", "datasets": ["large"]}, finding(0.5)) is None


def test_an_answer_that_one_family_of_all_claims_would_not_give_is_told_beside_it():
    told = [{"answer": "supported", "p_value": p} for p in (0.03, 0.0001, 0.04)]
    after = [one["answer_corrected"] for one in corrected([*told, {"answer": "refuted", "p_value": None}], 0.05)]
    assert after == ["unresolved", "supported", "unresolved", "refuted"]
