"""What follows from a check: exactly the declared gaps fail, and answers are equal."""

from harness.verify.equality import disqualified, equal_answers
from harness.verify.finding import Outcome, from_problems
from harness.verify.table import verification_table
from harness.verify.verifying import Verification


def outcome(state, *, declared):
    return Outcome(check="unique_pair", promise="One.", state=state, seen="two", declared=declared)


def test_a_failure_that_was_not_declared_is_complained_of():
    assert "not declared" in outcome("fail", declared=False).complaint


def test_a_declared_gap_that_holds_is_complained_of_too():
    assert "and holds" in outcome("pass", declared=True).complaint


def test_as_declared_there_is_nothing_to_complain_of():
    assert outcome("pass", declared=False).complaint is None
    assert outcome("fail", declared=True).complaint is None


def test_a_check_that_could_not_run_is_no_failure():
    assert outcome("not run", declared=False).complaint is None
    assert outcome("not run", declared=True).complaint is None


def test_what_was_not_tried_is_not_called_passed():
    outcomes = [outcome("pass", declared=False), outcome("not run", declared=False)]
    verified = Verification(name="theirs", known_gaps=(), outcomes=outcomes, took_s=1.0)
    assert verification_table(verified).title == "theirs: passed, 1 of 2 checks not run (known gaps: none)"


def test_of_many_problems_the_first_few_are_told_and_the_others_counted():
    told = from_problems([f"index_{number} is missing" for number in range(20)], "all there").seen
    assert told.startswith("index_0 is missing; ")
    assert told.endswith("index_7 is missing; and 12 more")


def test_equal_answers_pass():
    compared = equal_answers({"newest_page": "a"}, {"newest_page": "a"}, (), of="baseline")
    assert compared.state == "pass"


def test_another_answer_fails_and_names_its_operation():
    compared = equal_answers({"newest_page": "a", "send": "b"}, {"newest_page": "x", "send": "b"}, (), of="baseline")
    assert compared.state == "fail"
    assert compared.seen == "answers otherwise than baseline: newest_page"


def test_a_declared_gap_excuses_the_difference_that_it_makes():
    compared = equal_answers({"older_pages": "a"}, {"older_pages": "x"}, ("page_without_loss",), of="baseline")
    assert compared.state == "pass"
    assert "as declared" in compared.seen


def test_a_lane_is_disqualified_by_an_answer_that_neither_it_nor_the_baseline_declares():
    answers = {
        "baseline": {"older_pages": "a", "send": "s"},
        "same": {"older_pages": "a", "send": "s"},
        "loses": {"older_pages": "x", "send": "s"},
        "loses_and_says_so": {"older_pages": "x", "send": "s"},
    }
    gaps = dict.fromkeys(answers, ()) | {"loses_and_says_so": ("page_without_loss",)}
    assert disqualified(answers, gaps, baseline="baseline") == {
        "loses": "loses answers otherwise than baseline: older_pages"
    }
