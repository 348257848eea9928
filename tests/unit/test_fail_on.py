"""Gates: which findings they look at, and what makes them fail."""

import pytest

from harness.judging.fail_on import GateError, gate_of, hold


def finding(**changes):
    return {
        "scenario": "pagination",
        "operation": "newest_page",
        "metric": "response_p50_us",
        "candidate": "spec",
        "ratio": 1.2,
        "ratio_low": 1.15,
        "ratio_high": 1.25,
        "verdict": "worse",
        "why": "beyond effect",
        "primary": True,
        "disqualified": False,
    } | changes


def broken(text, *findings):
    return [check.broken for check in hold([gate_of(text)], findings) if check.broken]


def test_worse_fails_on_a_worse_primary_finding_and_says_where_and_by_how_much():
    assert broken("worse", finding()) == [
        "pagination, newest_page, response_p50_us, spec: worse, +20.0% (+15.0% to +25.0%)"
    ]


@pytest.mark.parametrize("changes", [{"verdict": "equivalent"}, {"verdict": "better"}, {"verdict": "unresolved"}])
def test_worse_holds_on_every_other_verdict(changes):
    assert broken("worse", finding(**changes)) == []


def test_worse_looks_at_primary_findings_of_candidates_only():
    looked_at = [finding(), finding(primary=False), finding(candidate="baseline:again")]
    assert len(list(hold([gate_of("worse")], looked_at))) == 1


@pytest.mark.parametrize(
    ("text", "fails"),
    [
        ("p50 > +10%", True),
        ("p50 > 10 %", True),
        ("p50>+10%", True),
        ("response_p50_us > +25%", False),
        ("pagination p50 >= +19.9%", True),
        ("newest_page response_p50 > +10%", True),
        ("p50 < -10%", False),
        ("p50 < 30%", True),
    ],
)
def test_a_gate_on_a_change_compares_the_ratio_of_judged_findings(text, fails):
    assert bool(broken(text, finding())) is fails


def test_an_unresolved_finding_fails_no_gate_but_the_one_that_asks_for_it():
    open_one = finding(verdict="unresolved", ratio=3.0)
    assert broken("p50 > +10%", open_one) == []
    assert len(broken("unresolved", open_one)) == 1


def test_a_finding_without_a_ratio_fails_only_as_unresolved():
    missing = finding(verdict="unresolved", ratio=None, ratio_low=None, ratio_high=None, why="no valid trial")
    assert broken("p50 > +10%", missing) == []
    assert broken("unresolved", missing) == [
        "pagination, newest_page, response_p50_us, spec: unresolved (no valid trial)"
    ]


def test_a_disqualified_lane_fails_every_gate():
    barred = finding(verdict="unresolved", disqualified=True, why="spec answers otherwise")
    assert broken("p50 > +10%", barred) == ["spec is disqualified: spec answers otherwise"]


@pytest.mark.parametrize("text", ["send p50 > +10%", "p99 > +10%", "fanout p50 > +10%"])
def test_a_gate_that_nothing_was_measured_for_is_a_wrong_use_not_a_pass(text):
    with pytest.raises(GateError, match=r"can neither fail nor pass.*newest_page, pagination"):
        broken(text, finding())


@pytest.mark.parametrize("text", ["", "better", "p50", "p50 > 10", "p98 > +10%", "a b p50 > 1%", "p50 = 10%"])
def test_what_is_no_gate_is_said_with_what_would_be(text):
    with pytest.raises(GateError, match="is no gate"):
        gate_of(text)
