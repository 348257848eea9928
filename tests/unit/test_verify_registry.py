"""Checks and gaps are one vocabulary, and every variant's gaps are in it."""

from pathlib import Path

import pytest

import harness.verify.checks
from harness.verify.registry import CHECKS, EQUAL_ANSWERS, GAPS, excused, module_of, promise_of
from reference_server.variant import load_variant, variants


def test_every_file_of_checks_is_registered_and_every_registered_check_is_a_file():
    files = {path.stem for path in Path(harness.verify.checks.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == set(CHECKS)


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_says_in_one_line_what_it_promises(check):
    assert promise_of(check).endswith(".")
    assert callable(module_of(check).check)


@pytest.mark.parametrize("name", variants())
def test_a_variant_declares_gaps_that_a_check_can_confirm(name):
    assert set(load_variant(name).known_gaps) <= set(GAPS)


def test_a_gap_is_named_as_the_check_that_fails():
    assert {gap.check for gap in GAPS.values()} <= set(CHECKS)
    assert EQUAL_ANSWERS not in CHECKS


def test_a_schema_that_is_not_what_it_declares_cannot_be_a_gap():
    assert not {"migration", "declared_indexes"} & set(GAPS)


def test_gaps_excuse_the_operations_that_they_concern_and_no_other():
    assert excused(()) == frozenset()
    assert "older_pages" in excused(("page_without_loss",))
    assert "newest_page" not in excused(("page_without_loss", "unique_pair"))
