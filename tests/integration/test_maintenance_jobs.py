"""Each job of maintenance on tiny: it does what it is for, and a restore that differs is found out."""

import asyncio
import shutil
from dataclasses import replace
from types import SimpleNamespace

import asyncpg
import pytest
from redis.asyncio import Redis

from datasets.generate import generate
from datasets.shape import dataset
from harness.maintenance.ground import Ground
from harness.maintenance.jobs import (
    add_next_month,
    archive_wal,
    delete_user,
    dump_and_restore,
    redis_aof,
    redis_rdb,
    reindex_page,
    remove_old_messages,
    vacuum,
)
from harness.maintenance.trial import ground_on
from harness.maintenance.work import do_jobs, told
from harness.seeding.databases import Mark, clone_database, drop_database, list_databases
from harness.seeding.snapshots import ensure_snapshot
from harness.stack.config import StackConfig
from harness.stack.stack import open_stack
from reference_server.variant import load_variant
from tests.integration.places import shared_folder

TINY = dataset("tiny", seed=1)
SETTINGS = {"shared_buffers": "128MB", **archive_wal.ARCHIVING}


@pytest.fixture(scope="module")
def archiving_home():
    """Archiving takes a start with archive_mode, which the session's servers do without."""
    with shared_folder() as home:
        yield home


@pytest.fixture(scope="module")
async def stack(archiving_home):
    async with open_stack(StackConfig(home=archiving_home, settings=SETTINGS)) as opened:
        yield opened


@pytest.fixture(scope="module")
async def snapshots(stack, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    manifest = generate(TINY, folder)
    names = ("spec", "monthly", "baseline")
    return {
        name: await ensure_snapshot(
            stack.postgres, load_variant(name), manifest, folder, build="a", progress=lambda *_: None
        )
        for name in names
    }


@pytest.fixture
async def ground(stack, snapshots, request):
    variant = getattr(request, "param", "spec")
    admin = stack.postgres.admin_dsn
    await clone_database(admin, snapshots[variant].database, "maintained", Mark(role="trial"))
    async with Redis.from_url(stack.redis.url(0), protocol=2) as redis:
        await stack.redis.empty(redis)
    async with ground_on(stack, "maintained", variant, TINY) as opened:
        yield opened
    await drop_database(admin, "maintained")


on_monthly = pytest.mark.parametrize("ground", ["monthly"], indirect=True)


async def value(ground: Ground, query: str):
    async with ground.connection() as connection:
        return await connection.fetchval(query)


async def fill_redis(ground: Ground) -> None:
    async with Redis.from_url(ground.stack.redis.url(0), protocol=2) as redis:
        await redis.set("text", "one")
        await redis.hset("hash", mapping={f"field{n}": n for n in range(600)})
        await redis.sadd("set", *range(600))
        await redis.zadd("zset", {str(n): n for n in range(600)})
        await redis.set("passing", "soon gone", ex=5)


OLD = "SELECT count(*) FROM messages WHERE created_at < '2025-01-01'"
YOUNG = "SELECT count(*) FROM messages WHERE created_at >= '2025-01-01'"


async def test_old_messages_go_in_batches_and_young_ones_stay(ground):
    old, young = await value(ground, OLD), await value(ground, YOUNG)
    done = await remove_old_messages.JOB.run(ground)
    assert (done.option, done.rows) == ("delete_batches", old)
    assert (await value(ground, OLD), await value(ground, YOUNG)) == (0, young)


@on_monthly
async def test_old_months_are_dropped_with_their_keys_and_young_ones_stay(ground):
    old, young = await value(ground, OLD), await value(ground, YOUNG)
    done = await remove_old_messages.JOB.run(ground)
    assert (done.option, done.rows) == ("drop_partitions_and_keys", old)
    assert (await value(ground, OLD), await value(ground, YOUNG)) == (0, young)
    assert await value(ground, "SELECT count(*) FROM message_keys") == young


@on_monthly
async def test_old_months_are_dropped_whole_where_no_table_keeps_their_ids(ground):
    old = await value(ground, OLD)
    async with ground.connection() as connection:
        await connection.execute("DROP TABLE message_keys")
    done = await remove_old_messages.JOB.run(ground)
    assert (done.option, done.rows) == ("drop_partitions", old)
    assert await value(ground, OLD) == 0


async def test_a_deleted_user_leaves_no_row(ground):
    users = await value(ground, "SELECT count(*) FROM users")
    done = await delete_user.JOB.run(ground)
    assert done.rows > 1
    assert done.details == {"rows left": 0}
    assert await value(ground, "SELECT count(*) FROM users") == users - 1


async def test_vacuum_makes_room_of_dead_rows(ground):
    await remove_old_messages.JOB.run(ground)
    await vacuum.JOB.run(ground)
    async with ground.connection() as connection:
        await connection.execute("SELECT pg_stat_force_next_flush()")
    assert await value(ground, "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'messages'") == 0


async def test_a_month_is_added_only_where_months_are_partitions(ground):
    assert "not partitioned by time" in await add_next_month.JOB.why_not(ground)


@on_monthly
async def test_the_month_after_the_last_is_added_and_takes_its_messages(ground):
    count = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'messages'::regclass"
    before = await value(ground, count)
    assert await add_next_month.JOB.why_not(ground) is None
    await add_next_month.JOB.run(ground)
    await add_next_month.JOB.run(ground)
    assert await value(ground, count) == before + 2


@pytest.mark.parametrize(
    ("ground", "index"),
    [("spec", "messages_page"), ("monthly", "messages_page"), ("baseline", "idx_conversation_messages")],
    indirect=["ground"],
)
async def test_the_page_index_is_built_again_whatever_it_is_called(ground, index):
    filenode = f"SELECT string_agg(pg_relation_filenode(relid)::text, ',') FROM pg_partition_tree('{index}')"
    if ground.variant.name != "monthly":
        filenode = f"SELECT pg_relation_filenode('{index}')"
    before = await value(ground, filenode)
    done = await reindex_page.JOB.run(ground)
    assert done.option == index
    assert await value(ground, filenode) != before


async def test_a_variant_without_page_index_has_nothing_to_build_again(ground):
    async with ground.connection() as connection:
        await connection.execute("DROP INDEX messages_page")
    assert "no page index" in await reindex_page.JOB.why_not(ground)


async def test_a_dump_is_restored_equal_though_rows_are_written_meanwhile(ground):
    writing = asyncio.create_task(_write_on(ground))
    try:
        done = await dump_and_restore.JOB.run(ground)
    finally:
        writing.cancel()
    assert (done.verified, done.details["differences"]) == (True, [])
    left = [found.name for found in await list_databases(ground.stack.postgres.admin_dsn)]
    assert not any("restored" in name for name in left)


async def _write_on(ground: Ground) -> None:
    async with ground.connection() as connection:
        while True:
            await connection.execute("UPDATE users SET updated_at = now() WHERE id = (SELECT id FROM users LIMIT 1)")
            await asyncio.sleep(0.01)


async def test_a_restored_row_that_differs_is_found_out(ground, monkeypatch):
    run = dump_and_restore.run_program

    async def spoiling(ground, program, *arguments, dsn):
        await run(ground, program, *arguments, dsn=dsn)
        if program == "pg_restore":
            await _spoil_one_message(dsn)

    monkeypatch.setattr(dump_and_restore, "run_program", spoiling)
    done = await dump_and_restore.JOB.run(ground)
    assert done.verified is False
    assert "not all with the same values" in done.details["differences"][0]


async def _spoil_one_message(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "UPDATE messages SET content = 'other' WHERE id = (SELECT min(id::text)::uuid FROM messages)"
    )
    await connection.close()


async def test_a_base_backup_and_the_archive_bring_back_what_was_committed_at_the_point(ground):
    writing = asyncio.create_task(_write_on(ground))
    try:
        done = await archive_wal.JOB.run(ground)
    finally:
        writing.cancel()
    assert (done.verified, done.details["differences"]) == (True, [])
    assert await value(ground, "SHOW archive_command") == "true"


async def test_a_row_that_recovery_brought_back_differently_is_found_out(ground, monkeypatch):
    original = archive_wal.content_at

    async def spoiled(dsn):
        await _spoil_one_message(dsn)
        return await original(dsn)

    monkeypatch.setattr(archive_wal, "content_at", spoiled)
    done = await archive_wal.JOB.run(ground)
    assert done.verified is False
    assert done.details["differences"][0].startswith("messages has its")


@pytest.mark.parametrize("job", [redis_rdb.JOB, redis_aof.JOB], ids=lambda job: job.name)
async def test_redis_files_bring_back_every_lasting_key(ground, job):
    await fill_redis(ground)
    done = await job.run(ground)
    assert (done.verified, done.details["differences"]) == (True, [])
    assert done.rows == 5  # with chatbench's mark, without the key that passes


async def test_an_older_redis_file_is_found_out(ground, monkeypatch, tmp_path):
    await fill_redis(ground)
    take = redis_rdb.take
    kept = tmp_path / "old.rdb"
    await redis_rdb.JOB.run(ground)
    shutil.copy(next((ground.folder / "rdb").glob("*.rdb")), kept)
    shutil.rmtree(ground.folder / "rdb")
    async with Redis.from_url(ground.stack.redis.url(0), protocol=2) as redis:
        await redis.hset("hash", "field0", "changed")

    def taking_the_old(ground, source, name):
        source.write_bytes(kept.read_bytes())
        return take(ground, source, name)

    monkeypatch.setattr(redis_rdb, "take", taking_the_old)
    done = await redis_rdb.JOB.run(ground)
    assert done.verified is False
    assert "not all with the same values" in done.details["differences"][0]


async def test_what_needs_files_or_a_restart_is_not_done_on_somebody_elses_server(ground):
    own = SimpleNamespace(embedded=False, dsn=ground.stack.postgres.dsn)
    elsewhere = replace(ground, stack=SimpleNamespace(postgres=own, redis=own))
    for job in (archive_wal.JOB, redis_rdb.JOB, redis_aof.JOB):
        assert "yours" in await job.why_not(elsewhere)


async def test_a_job_that_fails_is_told_and_the_next_is_done(ground):
    async def fail(_):
        raise OSError("no disk")

    failing = replace(vacuum.JOB, name="failing", run=fail)
    measured = await do_jobs(ground, [failing, vacuum.JOB], quiet_s=0.05)
    jobs = told(measured, {"intended_ns": [], "ended_ns": [], "failed_ns": []})["jobs"]
    assert [(job["job"], job["failed"]) for job in jobs] == [("failing", "no disk"), ("vacuum", None)]
    assert jobs[1]["during"]["count"] == 0
    assert jobs[1]["during"]["p50_us"] is None
