"""Every variant builds, and every statement of it prepares."""

from dataclasses import replace

import asyncpg
import pytest

from datasets.generate import generate
from datasets.load import copy_table
from datasets.message_ids import MessageIds
from datasets.shape import dataset
from reference_server.errors import BrokenVariant
from reference_server.schema import after_load, before_load, derived, indexes, keys, whole
from reference_server.statements import query_ids, slots
from reference_server.variant import load_variant, variants

TABLES = ("users", "conversations", "messages", "blocks")


@pytest.fixture
async def database(fresh_database):
    connection = await asyncpg.connect(fresh_database)
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    generate(dataset("tiny", seed=1), folder)
    return folder


@pytest.mark.parametrize("name", variants())
async def test_a_variant_builds_on_tiny_and_holds_the_same_rows_as_every_other(database, tiny, name):
    variant = load_variant(name)
    for step in before_load(variant):
        await database.execute(step.text)
    ids = MessageIds(variant.identifiers.messages)
    counts = {table: await copy_table(database, table, tiny, message_ids=ids) for table in TABLES}
    for step in (*keys(variant), *derived(variant), *indexes(variant), *after_load(variant)):
        await database.execute(step.text)
    found = {table: await database.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}
    if "messages_archive" in variant.tables:
        found["messages"] += await database.fetchval("SELECT count(*) FROM messages_archive")
    assert found == counts
    assert counts["messages"] == 20_000
    assert set((await query_ids(database, variant)).values()) == set(slots(variant))


@pytest.mark.parametrize("name", variants())
async def test_a_variant_builds_and_each_statement_has_a_query_id_of_its_own(database, name):
    variant = load_variant(name)
    for step in whole(variant):
        await database.execute(step.text)
    assert set((await query_ids(database, variant)).values()) == set(slots(variant))
    built = await database.fetch("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
    assert set(variant.indexes) <= {row["indexname"] for row in built}
    assert await database.fetchval("SELECT bool_and(convalidated) FROM pg_constraint")


async def test_monthly_has_a_partition_for_each_month_of_the_data_and_for_now_and_next_month(database):
    await database.execute("SET timezone = 'UTC'")
    await database.execute("SET chatbench.data_from = '2021-11-20'")
    await database.execute("SET chatbench.data_to = '2022-01-01'")
    for table in load_variant("monthly").tables.values():
        await database.execute(table.text)
    rows = await database.fetch("SELECT inhrelid::regclass::text AS name FROM pg_inherits ORDER BY 1")
    names = [row["name"] for row in rows]
    assert names[:3] == ["messages_2021_11", "messages_2021_12", "messages_2022_01"]
    this_and_next = await database.fetch(
        "SELECT to_char(now() AT TIME ZONE 'UTC' + n * interval '1 month', '\"messages_\"YYYY_MM')"
        " FROM generate_series(0, 1) n"
    )
    assert names[3:] == [row[0] for row in this_and_next]
    bounds = await database.fetchval(
        "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'messages_2021_12'"
    )
    assert bounds == "FOR VALUES FROM ('2021-12-01 00:00:00+00') TO ('2022-01-01 00:00:00+00')"


async def test_message_keys_hold_the_ids_that_were_loaded(database):
    variant = load_variant("monthly")
    for table in variant.tables.values():
        await database.execute(table.text)
    await database.execute(
        "INSERT INTO messages (conversation_id, sender_id, receiver_id, content, created_at)"
        " SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'x', '2024-05-05' FROM generate_series(1, 3)"
    )
    await database.execute(variant.derived["message_keys"].text)
    assert await database.fetchval("SELECT count(*) FROM message_keys JOIN messages USING (id)") == 3


async def test_spec_refuses_what_baseline_leaves_to_the_service_layer(fresh_database, database):
    for step in whole(load_variant("spec")):
        await database.execute(step.text)
    one, two = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
    await database.execute(f"INSERT INTO users (id, username) VALUES ('{one}', 'one'), ('{two}', 'two')")
    pair = "INSERT INTO conversations (user1_id, user2_id) VALUES ('{}', '{}')"
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute(pair.format(two, one))
    await database.execute(pair.format(one, two))
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute(pair.format(one, two))
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute(
            "INSERT INTO messages (conversation_id, sender_id, receiver_id)"
            f" SELECT id, '{one}', '{two}' FROM conversations"
        )


async def test_query_ids_are_those_that_pg_stat_statements_counts_under(world):
    await world.database.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    # other tests of this variant ran the same statements in the same database
    await world.database.execute(
        "SELECT pg_stat_statements_reset(0, oid, 0) FROM pg_database WHERE datname = current_database()"
    )
    await world.chat.newest_page(world.ann, world.conversation, limit=3)
    await world.say(world.ann, "hello")
    ids = await query_ids(world.database, world.chat.variant)
    rows = await world.database.fetch(
        "SELECT queryid, calls FROM pg_stat_statements WHERE toplevel"
        " AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    calls = {ids[row["queryid"]]: row["calls"] for row in rows if row["queryid"] in ids}
    expected = {"newest_page": 1, "send/check": 1, "send/insert": 1, "send/bump": 1}
    assert {slot: calls.get(slot) for slot in expected} == expected


async def test_statements_that_pg_stat_statements_cannot_tell_apart_are_refused_by_name(database):
    variant = load_variant("spec")
    for step in whole(variant):
        await database.execute(step.text)
    twin = replace(variant.queries["membership"], name="unread_conversation")
    mixed = replace(variant, queries={**variant.queries, "unread_conversation": twin})
    with pytest.raises(BrokenVariant, match=r"cannot tell it from membership"):
        await query_ids(database, mixed)
    separate = await query_ids(database, variant)
    assert len(separate) == len(variant.queries)
