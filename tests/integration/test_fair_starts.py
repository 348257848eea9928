"""What a cache regime and an aged snapshot really leave in memory and on disk, on the embedded server."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from datasets.generate import generate
from datasets.shape import dataset
from harness.conditions import COLD, DISK, OVERSIZED, WARM
from harness.seeding.databases import Mark, clone_database, drop_database
from harness.seeding.snapshots import ensure_snapshot
from harness.stack.postgres import ready
from harness.trial.beside import Standby
from harness.trial.cache_regime import enter, shrink_buffers
from reference_server.variant import load_variant

_ROWS = "CREATE TABLE rows AS SELECT n, repeat('x', 500) AS filler FROM generate_series(1, 5000) AS n"
_CACHED = "SELECT count(*) FROM pg_buffercache WHERE relfilenode = pg_relation_filenode('rows')"


@pytest.fixture
async def filled(servers, fresh_database) -> AsyncIterator[str]:
    """A database whose table is in shared_buffers; its server has its own settings again afterwards."""
    connection = await asyncpg.connect(fresh_database)
    await connection.execute("CREATE EXTENSION pg_buffercache")
    await connection.execute(_ROWS)
    await connection.execute("CHECKPOINT")
    assert await connection.fetchval(_CACHED) > 0
    name = await connection.fetchval("SELECT current_database()")
    await connection.close()
    yield name
    if servers.stack.postgres.changed:
        servers.stack.postgres.stop()
        servers.stack.postgres.changed.clear()
        servers.stack.postgres.start()
        await ready(servers.stack.postgres)


async def ask(servers, database, query):
    connection = await asyncpg.connect(servers.dsn(database))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_a_warm_start_leaves_the_server_alone(servers, filled):
    pid = servers.stack.postgres.pid
    told = await enter(servers.stack, WARM, filled)
    assert (told["regime"], servers.stack.postgres.pid) == ("warm", pid)
    assert await ask(servers, filled, _CACHED) > 0


async def test_a_cold_start_has_nothing_in_shared_buffers_and_loses_nothing(servers, filled):
    told = await enter(servers.stack, COLD, filled)
    assert "page cache" in told["pages"]
    assert await ask(servers, filled, _CACHED) == 0
    assert await ask(servers, filled, "SELECT count(*) FROM rows") == 5000


async def test_a_start_from_disk_has_nothing_in_the_page_cache_or_says_that_it_does_not_know(servers, filled):
    told = await enter(servers.stack, DISK, filled)
    assert told["data_bytes"] > 2_000_000
    assert told["note"] or told["resident_after_bytes"] < told["resident_before_bytes"]
    assert await ask(servers, filled, _CACHED) == 0
    assert await ask(servers, filled, "SELECT count(*) FROM rows") == 5000


async def test_oversized_shrinks_shared_buffers_and_says_to_what(servers, filled):
    await shrink_buffers(servers.stack, 32 * 2**20)
    assert await ask(servers, filled, "SHOW shared_buffers") == "4MB"
    assert "4MB" in (await enter(servers.stack, OVERSIZED, filled))["pages"]


@pytest.mark.parametrize("regime", [COLD, DISK])
async def test_a_regime_reaches_the_standby_that_a_lane_reads_from(servers, filled, regime):
    async with servers.stack.replica.running() as standby:
        beside = Standby(server=standby, primary_dsn=servers.admin_dsn, dsn=standby.dsn(filled), queryids={})
        await beside.prepare()
        # the primary first, as a trial does: its shutdown checkpoint is what the standby has no need to replay again
        await enter(servers.stack, regime, filled)
        before, primary = beside.server_pid, servers.stack.postgres.pid
        told = await beside.enter(regime, filled)
        assert told["regime"] == regime
        assert beside.server_pid != before
        assert servers.stack.postgres.pid == primary
        connection = await asyncpg.connect(standby.dsn(filled))
        assert await connection.fetchval(_CACHED) == 0
        assert await connection.fetchval("SELECT count(*) FROM rows") == 5000
        await connection.close()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> tuple[object, Path]:
    folder = tmp_path_factory.mktemp("tiny")
    return generate(dataset("tiny", seed=1), folder), folder


@pytest.mark.parametrize("variant", ["spec", "watermark", "unread_counters", "list_membership"])
async def test_an_aged_snapshot_says_what_the_fresh_one_says_in_larger_indexes(servers, tiny, variant):
    manifest, folder = tiny
    seen = []
    for aged in (False, True):
        made = await ensure_snapshot(
            servers.stack.postgres,
            load_variant(variant),
            manifest,
            folder,
            build="t",
            progress=lambda _doing, _rows: None,
            aged=aged,
        )
        clone = f"test_{uuid4().hex}"
        await clone_database(servers.admin_dsn, made.database, clone, Mark(role="test"))
        try:
            rows = "SELECT md5(string_agg(m::text, '' ORDER BY id)) FROM {} AS m"
            said = [await ask(servers, clone, rows.format(table)) for table in ("messages", "conversations")]
            aside = await ask(servers, clone, "SELECT count(*) FROM pg_class WHERE relname LIKE 'chatbench_aside%'")
            seen.append((said, aside, await ask(servers, clone, "SELECT pg_relation_size('messages_pkey')")))
        finally:
            await drop_database(servers.admin_dsn, clone)
            await drop_database(servers.admin_dsn, made.database)
    (fresh, _, fresh_bytes), (old, aside, old_bytes) = seen
    assert old == fresh
    assert aside == 0
    assert old_bytes > 1.2 * fresh_bytes
