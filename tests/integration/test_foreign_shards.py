"""Messages behind foreign partitions: reads equal the unsharded schema's, a page asks one shard, no write passes."""

from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import asyncpg
import orjson
import pytest

from datasets.generate import generate
from datasets.shape import dataset
from harness.trial.beside import beside
from harness.verify.answers import ask
from reference_server.errors import ReadOnly
from reference_server.foreign import FLUSH_SHARDS
from reference_server.opening import open_chat
from reference_server.records import Draft
from reference_server.variant import load_variant
from tests.integration.clones import cloned

DATA = dataset("tiny", seed=1)
CONVERSATION = DATA.conversation_id(0)
USER, OTHER = (DATA.user_id(ordinal) for ordinal in DATA.members(0))


@pytest.fixture(scope="module")
async def manifest(tmp_path_factory):
    return generate(DATA, tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
async def foreign(servers, tmp_path_factory):
    """Chat, what stands beside it, and the clone's DSN."""
    folder = tmp_path_factory.mktemp("tiny")
    manifest = generate(DATA, folder)
    async with over_clone(servers, load_variant("sharded_fdw"), manifest, folder, servers.redis_url(4)) as stood:
        yield stood


@asynccontextmanager
async def over_clone(servers, variant, manifest, folder, redis_url):
    async with AsyncExitStack() as closing:
        made, clone = await closing.enter_async_context(cloned(servers, variant, manifest, folder, build="f"))
        others = await closing.enter_async_context(beside(servers.stack, variant, made, clone))
        await move_away(servers.dsn(clone), len(made.shards))
        await others.prepare()
        chat = await closing.enter_async_context(open_chat(servers.dsn(clone), redis_url, variant, connections=2))
        await chat.redis.flushdb()
        yield chat, others, servers.dsn(clone)


async def move_away(dsn, shards):
    """A kept snapshot is from an earlier start of the servers, when their socket was in another folder."""
    main = await asyncpg.connect(dsn)
    for number in range(shards):
        await main.execute(f"ALTER SERVER shard_{number} OPTIONS (SET host '/nowhere')")
    await main.close()


async def test_every_message_is_in_the_shard_where_postgresql_looks_for_it(foreign):
    _, others, dsn = foreign
    main = await asyncpg.connect(dsn)
    held = 0
    for number, shard_dsn in enumerate(others.dsns):
        shard = await asyncpg.connect(shard_dsn)
        in_shard = await shard.fetchval("SELECT count(*) FROM messages")
        await shard.close()
        assert in_shard == await main.fetchval(f"SELECT count(*) FROM messages_{number}") > 0
        # materialised: what PostgreSQL itself defines is sent to the shard, which does not know this parent
        wrong = (
            f"WITH held AS MATERIALIZED (SELECT conversation_id FROM messages_{number}) "
            "SELECT count(*) FROM held WHERE NOT satisfies_hash_partition($1, 4, $2, conversation_id)"
        )
        parent = await main.fetchval("SELECT 'messages'::regclass::oid")
        assert await main.fetchval(wrong, parent, number) == 0
        held += in_shard
    await main.close()
    assert held == DATA.messages


async def test_reads_answer_as_the_unsharded_schema_does(foreign, servers, manifest, tmp_path):
    generate(DATA, tmp_path)
    async with over_clone(servers, load_variant("spec"), manifest, tmp_path, servers.redis_url(5)) as (plain, _, _):
        expected = await ask(plain, manifest)
    answered = await ask(foreign[0], manifest)
    assert {name for name in expected if answered[name] != expected[name]} == {"mark_read", "send"}


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("slot", ["newest_page", "media_gallery/newest"])
async def test_a_page_asks_the_shard_of_its_conversation_and_no_other(foreign, slot, mode):
    chat, _, dsn = foreign
    main = await asyncpg.connect(dsn)
    await main.execute(f"SET plan_cache_mode = {mode}")
    await main.execute(f"PREPARE page AS {chat.sql[slot]}")
    values = f"'{CONVERSATION}', '{USER}', {'' if slot == 'newest_page' else chr(39) + 'image' + chr(39) + ', '}20"
    plan = await main.fetchval(f"EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE page ({values})")
    await main.close()
    scans = [node for node in nodes(orjson.loads(plan)[0]["Plan"]) if node["Node Type"] == "Foreign Scan"]
    assert len(scans) == 1
    # a gallery's few rows may be sorted here
    assert slot != "newest_page" or "ORDER BY created_at DESC" in scans[0]["Remote SQL"]


async def test_a_shard_starts_an_older_page_at_the_cursor(foreign):
    chat, _, dsn = foreign
    main = await asyncpg.connect(dsn)
    await main.execute(f"PREPARE page AS {chat.sql['older_page']}")
    values = f"'{CONVERSATION}', '{USER}', '2024-01-01', '{USER}', 20"
    plan = await main.fetchval(f"EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE page ({values})")
    await main.close()
    asked = [node["Remote SQL"] for node in nodes(orjson.loads(plan)[0]["Plan"]) if "Remote SQL" in node]
    assert len(asked) == 1
    assert "created_at <= " in asked[0]


def nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


async def test_what_shards_read_is_counted_for_the_operation_that_asked(foreign):
    chat, others, _ = foreign
    await report(chat)
    before = await others.read()
    pages = 7  # more than the five after which a plan for all calls is tried
    for _ in range(pages):
        page = await chat.newest_page(USER, CONVERSATION, limit=20)
        assert (await chat.older_page(USER, CONVERSATION, before=page.next, limit=20)).rows
        assert (await chat.media_gallery(USER, CONVERSATION, kind="image", limit=20)).rows
    await report(chat)
    own = {"calls": pages, "rows": 0, "exec_ms": 1.0, "blocks_hit": 1, "wal_bytes": 0}
    slots = ("newest_page", "older_page", "media_gallery/newest")
    evidence = {"statements": dict.fromkeys(slots, own), "tables": {}, "indexes": {}, "database_bytes": 1}
    found = await others.complete(evidence, before)
    for slot in slots:
        assert found["statements"][slot]["calls"] == pages
        assert found["statements"][slot]["blocks_hit"] > pages
    used = ("messages_page", "idx_messages_type", "idx_messages_sender_id", "idx_messages_receiver_id")
    assert sum(found["indexes"][index]["scans"] for index in used) >= 3 * pages
    assert found["indexes"]["messages_page"]["scans"] <= 3 * pages
    assert found["database_bytes"] > 4_000_000


async def report(chat):
    """Sessions keep their counts of tables and indexes to themselves for a while."""
    for connection in chat.db.idle():
        await connection.execute(FLUSH_SHARDS)


async def test_no_write_passes_and_each_is_refused_by_name(foreign):
    chat, _, dsn = foreign
    writes = [
        chat.send(USER, CONVERSATION, Draft(id=uuid4(), type="text", content="no")),
        chat.mark_read(USER, CONVERSATION),
        chat.block_add(USER, OTHER),
        chat.delete_user(USER),
        chat.open_conversation(USER, uuid4()),
    ]
    for write in writes:
        with pytest.raises(ReadOnly, match="nothing was changed"):
            await write
    main = await asyncpg.connect(dsn)
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
        await main.execute("INSERT INTO messages SELECT * FROM messages LIMIT 1")
    await main.close()
