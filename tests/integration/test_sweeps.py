"""Sweeps on real data: growing sizes, the database's own counts, and what a variant cannot answer."""

import pytest

from datasets.generate import generate
from datasets.shape import dataset
from harness.seeding.databases import drop_database, list_databases
from harness.seeding.snapshots import ensure_snapshot
from harness.sweep import run_sweep
from harness.sweep.catalog import SWEEPS, unread
from reference_server.variant import load_variant

DATA = dataset("tiny")


@pytest.fixture(scope="module")
async def sweep(servers, tmp_path_factory):
    """Runs a sweep on a variant over `tiny`."""
    folder = tmp_path_factory.mktemp("sweep")
    manifest = generate(DATA, folder)
    built = []

    async def run(name, variant):
        snapshot = await ensure_snapshot(
            servers.stack.postgres, load_variant(variant), manifest, folder, build="s", progress=lambda *_: None
        )
        built.append(snapshot.database)
        record = await run_sweep(servers.stack, SWEEPS[name], variant, snapshot, DATA, progress=lambda _: None)
        return {(point["operation"], point["size"]): point for point in record["points"]}

    yield run
    for database in set(built):
        await drop_database(servers.admin_dsn, database)


async def test_a_page_costs_the_same_at_every_depth_by_keyset_and_more_with_depth_by_offset(sweep):
    keyset, offset = await sweep("page_depth", "spec"), await sweep("page_depth", "offset_pages")
    deep, shallow = ("older_page", 1_000), ("older_page", 100)
    assert keyset[deep]["blocks_per_call"] < 2 * keyset[shallow]["blocks_per_call"]
    assert offset[deep]["blocks_per_call"] > 4 * offset[shallow]["blocks_per_call"]


async def test_a_depth_that_the_data_does_not_reach_is_missing_with_its_reason(sweep):
    point = (await sweep("page_depth", "spec"))["older_page", 10_000]
    assert (point["calls"], point["blocks_per_call"], point["median_ms"]) == (0, None, None)
    assert "1,250" in point["missing"]


async def test_counting_unread_messages_touches_more_with_more_of_them_and_a_counter_does_not(sweep, monkeypatch):
    monkeypatch.setattr(unread, "_SIZES", (10, 300))
    counted, counters = await sweep("unread", "unread_count"), await sweep("unread", "unread_counters")
    few, many = ("unread_conversation", 10), ("unread_conversation", 300)
    assert counted[many]["blocks_per_call"] > 2 * counted[few]["blocks_per_call"]
    assert counters[many]["blocks_per_call"] == pytest.approx(counters[few]["blocks_per_call"], abs=2)
    assert counters["mark_read", 300]["wal_bytes_per_call"] > 10 * counters["mark_read", 10]["wal_bytes_per_call"]


async def test_no_clone_stays_behind(sweep, servers):
    await sweep("page_depth", "spec")
    assert not [found.name for found in await list_databases(servers.admin_dsn) if "_sweep_" in found.name]
