"""Somebody else's database: checked, and left as it was."""

from urllib.parse import urlsplit

import asyncpg
import pytest

from harness.seeding.databases import list_databases
from harness.verify.errors import VerifyError
from harness.verify.own_database import verify_own
from reference_server.variant import load_variant
from tests.integration.places import shared_folder
from tests.integration.verify.conftest import build

_STATE = """
SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM conversations), (SELECT count(*) FROM messages),
    (SELECT count(*) FROM blocks), (SELECT count(*) FROM pg_class), (SELECT array_agg(xmin::text) FROM users)
"""


@pytest.fixture
def home():
    with shared_folder() as folder:
        yield folder


@pytest.fixture
async def mine(fresh_database):
    """The name of a database as the report built it, with an obligatory column of its own."""
    await build(fresh_database, load_variant("baseline"))
    database = await asyncpg.connect(fresh_database)
    await database.execute(
        "ALTER TABLE users ADD email TEXT NOT NULL; INSERT INTO users (username, email) VALUES ('a', 'a')"
    )
    await database.close()
    return _name(fresh_database)


def _name(dsn):
    return urlsplit(dsn).path.strip("/") or dsn.split("dbname=")[-1].split("&")[0]


async def state(dsn):
    database = await asyncpg.connect(dsn)
    try:
        return tuple(await database.fetchrow(_STATE))
    finally:
        await database.close()


async def verified(servers, mine, home, *, clone=False):
    return await verify_own(
        servers.admin_dsn, mine, load_variant("baseline"), home=home, clone=clone, told=lambda _: None
    )


async def test_a_database_is_checked_in_one_transaction_and_left_as_it_was(servers, mine, home):
    before = await state(servers.dsn(mine))
    found = await verified(servers, mine, home)
    states = {outcome.check: outcome.state for outcome in found.outcomes}
    failures = {check for check, state in states.items() if state == "fail"}
    # what the report's schema lacks is a failure here: nobody has declared it
    assert failures == {"unique_pair", "ordered_pair", "message_has_content"}
    assert states["equal_answers"] == "not run"
    assert len(found.complaints) == 3
    assert await state(servers.dsn(mine)) == before


async def test_a_clone_shows_what_needs_two_transactions_and_goes_again(servers, mine, home):
    marked = {found.name for found in await list_databases(servers.admin_dsn)}
    found = await verified(servers, mine, home, clone=True)
    [pair] = [outcome for outcome in found.outcomes if outcome.check == "unique_pair"]
    assert "opened by two at once: 2 conversations" in pair.seen
    assert {found.name for found in await list_databases(servers.admin_dsn)} == marked


async def test_a_database_in_use_is_not_cloned_and_the_other_way_is_named(servers, mine, home):
    session = await asyncpg.connect(servers.dsn(mine))
    try:
        with pytest.raises(VerifyError, match="without --clone everything is tried in one transaction"):
            await verified(servers, mine, home, clone=True)
    finally:
        await session.close()


async def test_what_a_role_may_not_try_is_told_as_not_run(servers, mine, home, fresh_database):
    database = await asyncpg.connect(fresh_database)
    await database.execute("ALTER DATABASE " + mine + " SET default_transaction_read_only = on")
    await database.close()
    found = await verified(servers, mine, home)
    states = {outcome.check: outcome.state for outcome in found.outcomes}
    assert states["declared_indexes"] == "pass"
    assert states["cascades"] == "not run"


async def test_a_database_that_is_not_there_is_a_clear_refusal(servers, home):
    with pytest.raises(VerifyError, match="Nothing was changed"):
        await verified(servers, "nowhere_to_be_found", home)
