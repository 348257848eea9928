"""Evidence on a real database: WAL by index, plans by stratum, the probe, and statements that cannot be told apart."""

from dataclasses import replace

import asyncpg
import pytest
from redis.asyncio import Redis

from datasets.generate import generate
from datasets.load import copy_table
from datasets.shape import dataset
from harness import statement_check
from harness.evidence import read_wal
from harness.evidence.examiner import Examiner
from harness.evidence.plan_capture import analysed_plans, plan_hashes
from harness.evidence.probe import position, probe_writes
from harness.evidence.questions import record_reads
from harness.evidence.redis_families import redis_families
from reference_server.schema import whole
from reference_server.variant import load_variant

FIRST_PAGE = "newest_page|hot conversation, first page|custom"


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("evidence")


@pytest.fixture(scope="session")
def manifest(folder):
    return generate(dataset("tiny", seed=1), folder)


async def load(dsn, folder, variant):
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_walinspect")
        await connection.execute("SET chatbench.data_from = '2020-01-01'; SET chatbench.data_to = '2027-12-31'")
        for step in whole(load_variant(variant)):
            await connection.execute(step.text)
        for table in ("users", "conversations", "messages", "blocks"):
            await copy_table(connection, table, folder)
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()


@pytest.fixture
async def spec(fresh_database, manifest, folder):
    await load(fresh_database, folder, "spec")
    return fresh_database


@pytest.fixture
async def questions(spec, fresh_redis, manifest):
    return await record_reads(spec, fresh_redis, load_variant("spec"), manifest.dataset, manifest.strata)


async def test_every_read_is_asked_in_its_strata(questions):
    asked = {(question.slot, question.stratum) for question in questions.asked}
    assert questions.notes == []
    assert {
        ("newest_page", "hot conversation, first page"),
        ("newest_page", "cold conversation, first page"),
        ("older_page", "hot conversation, deep page"),
        ("conversation_list/newest", "user with many conversations, list"),
        ("conversation_list/newest", "user with few conversations, list"),
        ("media_gallery/newest", "hot conversation, gallery"),
        ("unread_total", "user with many conversations"),
        ("unread_conversation", "cold conversation"),
    } <= asked


async def test_a_dropped_index_changes_the_plans_hash_and_a_second_look_does_not(spec, questions):
    before = await plan_hashes(spec, questions.asked)
    assert await plan_hashes(spec, questions.asked) == before
    connection = await asyncpg.connect(spec)
    await connection.execute("DROP INDEX messages_page")
    await connection.close()
    after = await plan_hashes(spec, questions.asked)
    assert after[FIRST_PAGE] != before[FIRST_PAGE]
    assert (
        after["block_check|user with many conversations|custom"]
        == (before["block_check|user with many conversations|custom"])
    )


async def test_an_analysed_plan_counts_blocks_and_has_the_hash_of_the_cheap_one(spec, questions):
    hashes = await plan_hashes(spec, questions.asked)
    plans = await analysed_plans(spec, questions.asked)
    assert not [plan for plan in plans if "error" in plan]
    assert {f"{p['slot']}|{p['stratum']}|{p['mode']}": p["hash"] for p in plans} == hashes
    first = next(p for p in plans if f"{p['slot']}|{p['stratum']}|{p['mode']}" == FIRST_PAGE)
    assert first["rows"] == 50
    assert 0 < first["blocks"] < 100
    assert first["planning_ms"] > 0


async def test_wal_by_relation_is_no_more_than_all_wal_and_names_the_index(spec):
    start = await position(spec)
    connection = await asyncpg.connect(spec)
    await connection.execute("UPDATE messages SET created_at = created_at + interval '1 s' WHERE random() < 0.01")
    await connection.close()
    wal = await read_wal(spec, start, await position(spec))
    relations = sum(told["bytes"] for told in wal.relations.values())
    assert wal.relations["messages_page"]["kind"] == "index"
    assert wal.relations["messages_page"]["table"] == "messages"
    assert wal.relations["messages_page"]["bytes"] > 0
    assert 0.5 * wal.record_bytes < relations <= wal.record_bytes
    assert wal.record_bytes + wal.image_bytes <= wal.distance_bytes


async def test_partitions_count_for_their_parent(fresh_database, manifest, folder):
    await load(fresh_database, folder, "monthly")
    start = await position(fresh_database)
    connection = await asyncpg.connect(fresh_database)
    await connection.execute("UPDATE messages SET is_read = NOT is_read WHERE random() < 0.01")
    await connection.close()
    wal = await read_wal(fresh_database, start, await position(fresh_database))
    assert {name for name in wal.relations if name.startswith("messages")} <= {
        *("messages", "messages_pkey", "messages_page")
    }


async def test_the_probe_finds_what_the_page_index_costs_a_send(spec, fresh_redis, manifest):
    found, writes = await probe_writes(spec, fresh_redis, load_variant("spec"), manifest.dataset, manifest.strata)
    send = found["send"]
    assert found["sends"] == 200
    assert found["marked_messages"] >= 200
    assert 40 < send["relations"]["messages_page"]["wal_bytes"] < 400
    assert sum(told["wal_bytes"] for told in send["relations"].values()) <= send["server_wal_bytes"]
    assert {question.slot for question in writes} >= {"send/insert", "send/bump", "mark_read/messages"}


async def test_explaining_writes_leaves_no_trace(spec, fresh_redis, manifest):
    _, writes = await probe_writes(spec, fresh_redis, load_variant("spec"), manifest.dataset, manifest.strata)
    connection = await asyncpg.connect(spec)
    state = "SELECT count(*), count(*) FILTER (WHERE is_read), max(id::text) FROM messages"
    before = await connection.fetchrow(state)
    plans = await analysed_plans(spec, writes)
    assert not [plan for plan in plans if "error" in plan]
    assert next(p for p in plans if p["slot"] == "send/insert")["wal_bytes"] > 0
    assert await connection.fetchrow(state) == before
    await connection.close()


async def test_an_examination_holds_shapes_density_families_plans_and_probe(spec, fresh_redis, manifest):
    examiner = Examiner(manifest.dataset, manifest.strata)
    await examiner.learn(spec, fresh_redis, database="spec", variant="spec")
    assert examiner.wants("spec")
    found = await examiner.examine(spec, fresh_redis, database="spec", variant="spec", lane="spec")
    assert not examiner.wants("spec")
    assert found["redundant_indexes"]["idx_blocks_blocker_id"].startswith("prefix of")
    assert 0.5 < found["index_density"]["messages_page"]["leaf_density"] <= 1
    assert found["probe"]["send"]["wal_bytes"] > 0
    assert {plan["slot"] for plan in found["plans"]} >= {"newest_page", "send/insert"}


async def test_without_pg_walinspect_wal_by_relation_is_none_and_said_why(fresh_database):
    start = await position(fresh_database)
    wal = await read_wal(fresh_database, start, await position(fresh_database))
    assert wal.relations is None
    assert wal.record_bytes is None
    assert "pg_walinspect does not tell" in wal.note
    assert wal.distance_bytes > 0


async def test_families_tell_keys_and_memory(fresh_redis):
    async with Redis.from_url(fresh_redis, protocol=2) as client:
        for number in range(60):
            await client.set(f"online:{number}", 1)
        await client.hset("last_msg:1", mapping={"content": "x" * 200})
    found = await redis_families(fresh_redis)
    assert (found["online"]["keys"], found["online"]["sampled"]) == (60, 50)
    assert found["last_msg"]["bytes_per_key"] > 200


async def test_two_statements_of_one_queryid_fail_the_check(fresh_database, monkeypatch):
    def same_twice(name):
        variant = load_variant(name)
        return replace(variant, queries={**variant.queries, "unread_conversation": variant.queries["membership"]})

    assert await statement_check.check_statements(fresh_database, ["spec"]) == []
    monkeypatch.setattr(statement_check, "load_variant", same_twice)
    problems = await statement_check.check_statements(fresh_database, ["spec"])
    assert len(problems) == 1
    assert "cannot tell it from membership" in problems[0]
