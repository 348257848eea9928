"""A planted defect fails its own check and no other."""

from dataclasses import replace

import pytest

from harness.verify.checking import run_checks
from reference_server.variant import load_variant


def failed(outcomes):
    return {outcome.check for outcome in outcomes if outcome.state == "fail"}


async def test_spec_keeps_every_promise(open_site):
    async with open_site(load_variant("spec")) as site:
        outcomes = await run_checks(site)
    assert {outcome.state for outcome in outcomes} == {"pass"}, failed(outcomes)


async def test_baseline_fails_exactly_the_gaps_that_it_declares(open_site):
    async with open_site(load_variant("baseline")) as site:
        outcomes = await run_checks(site)
    assert failed(outcomes) == set(load_variant("baseline").known_gaps)
    assert not [outcome for outcome in outcomes if outcome.complaint]


@pytest.mark.parametrize(
    ("name", "check"),
    [("missing_cascade", "cascades"), ("reversed_pair", "ordered_pair"), ("no_tiebreak", "page_without_loss")],
)
async def test_a_broken_variant_fails_exactly_its_check(open_site, with_broken, name, check):
    variant = with_broken(name)
    async with open_site(variant) as site:
        outcomes = await run_checks(site)
    assert failed(outcomes) == {check}
    assert [outcome.check for outcome in outcomes if outcome.complaint] == [check]
    declared = [replace(outcome, declared=outcome.check == check) for outcome in outcomes]
    assert not [outcome for outcome in declared if outcome.complaint]


@pytest.mark.parametrize(
    ("defect", "check"),
    [
        ("UPDATE conversations SET user2_unread_count = user2_unread_count + 1", "unread_counts"),
        ("DROP INDEX idx_messages_unread", "declared_indexes"),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_messages_unread'::regclass",
            "declared_indexes",
        ),
        ("ALTER TABLE messages DROP CONSTRAINT messages_receiver_id_fkey", "foreign_keys"),
        ("ALTER TABLE messages DROP CONSTRAINT message_has_content", "message_has_content"),
        ("ALTER TABLE blocks DROP CONSTRAINT different_users", "no_self_block"),
    ],
)
async def test_a_defect_in_the_database_fails_exactly_its_check(open_site, defect, check):
    async with open_site(load_variant("spec")) as site:
        await site.database.execute(defect)
        outcomes = await run_checks(site)
    assert failed(outcomes) == {check}


async def test_a_dropped_column_fails_what_needs_it_and_the_rest_is_still_checked(open_site):
    async with open_site(load_variant("spec")) as site:
        await site.database.execute("ALTER TABLE blocks RENAME blocked_id TO whom")
        outcomes = await run_checks(site)
    states = {outcome.check: outcome.state for outcome in outcomes}
    assert states["migration"] == "fail"
    assert states["ordered_pair"] == "pass"
