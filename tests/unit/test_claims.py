"""The list of the report's claims names every variant but the planted one, and checks that exist."""

import re
from pathlib import Path

from harness.verify.registry import CHECKS, EQUAL_ANSWERS
from reference_server.variant import load_variant, variants

CLAIMS = Path(__file__).parents[2] / "docs" / "claims.md"


def test_every_variant_tests_a_claim():
    named = set(re.findall(r"`(\w+)`", CLAIMS.read_text()))
    # what was planted tests chatbench, not the report
    planted = {name for name in variants() if "planted" in load_variant(name).factors}
    assert set(variants()) - planted <= named


def test_every_check_belongs_to_a_claim_and_every_check_named_exists():
    consistency = CLAIMS.read_text().split("## Consistency")[1]
    rows = [line.split("|")[3] for line in consistency.splitlines() if line.startswith("|")][2:]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)} - {"delete_message"}
    assert named == {*CHECKS, EQUAL_ANSWERS}


def test_a_variant_that_is_said_to_give_a_guarantee_up_declares_it_as_a_known_gap():
    for line in CLAIMS.read_text().split("## Consistency")[1].splitlines():
        columns = line.split("|")
        if not line.startswith("| ") or "children" in line:
            continue
        checks, giving_up = (re.findall(r"`(\w+)`", columns[n]) for n in (3, 4))
        for name in giving_up:
            assert set(load_variant(name).known_gaps) & set(checks), (name, checks)
